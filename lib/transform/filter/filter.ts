import type { StoredObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import { type CheckedFilter, checkFilter, columnsOf } from './check.ts'
import { parseFilter } from './parse.ts'
import { predicateOf } from './predicate.ts'

/** A condition on the objects of a class, ready to be evaluated. */
export interface Filter {
  readonly text: string
  readonly checked: CheckedFilter
  /** True where it asks for `_created` or `_updated`, which are read only when asked for. */
  readonly needsTimes: boolean
  /** True for an object that it selects. */
  readonly selects: (object: StoredObject) => boolean
}

/** Parses and checks a condition. @throws ElysiaError ELYSIA_USAGE where it is none, or does not fit the class */
export function filterOf(text: string, schema: CollectionSchema): Filter {
  const checked = checkFilter(parseFilter(text), schema, text)
  const predicate = predicateOf(checked)
  return { text, checked, needsTimes: readsTimes(checked), selects: (object) => predicate(object) === true }
}

function readsTimes(filter: CheckedFilter): boolean {
  return columnsOf(filter).some(({ own }) => own === '_created' || own === '_updated')
}
