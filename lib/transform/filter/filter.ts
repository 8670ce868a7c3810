import { ElysiaError } from '../../core/errors.ts'
import type { StoredObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import { ValueFault } from '../expression/fault.ts'
import { checkFilter } from './check.ts'
import { type CheckedFilter, columnsOf } from './checkedFilter.ts'
import { parseFilter } from './parse.ts'
import { type Predicate, predicateOf } from './predicate.ts'

/** A condition on the objects of a class, ready to be evaluated. */
export interface Filter {
  readonly text: string
  readonly checked: CheckedFilter
  /** True if it uses `_created` or `_updated`, which are read only on request. */
  readonly needsTimes: boolean
  /**
   * True for an object that it selects.
   * @throws ElysiaError ELYSIA_USAGE for an object with a value that cannot be computed: a division by zero, an
   * invalid date
   */
  readonly selects: (object: StoredObject) => boolean
  /** The same, but throws a ValueFault for such an object. */
  readonly holds: Predicate
}

/** Parses and checks a condition. @throws ElysiaError ELYSIA_USAGE if it is invalid, or does not fit the class */
export function filterOf(text: string, schema: CollectionSchema): Filter {
  const checked = checkFilter(parseFilter(text), schema, text)
  const predicate = predicateOf(checked)
  const selects = (object: StoredObject) => {
    try {
      return predicate(object) === true
    } catch (error) {
      throw error instanceof ValueFault ? faultOf(text, object, error) : error
    }
  }
  return { text, checked, needsTimes: readsTimes(checked), selects, holds: predicate }
}

function faultOf(text: string, { id }: StoredObject, { message }: ValueFault): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', `${text} cannot be evaluated for ${id}: ${message}`, {
    hint: 'CASE WHEN keeps such values apart; of --where they are rejects',
  })
}

function readsTimes(filter: CheckedFilter): boolean {
  return columnsOf(filter).some(({ own }) => own === '_created' || own === '_updated')
}
