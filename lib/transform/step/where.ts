import { ElysiaError, rewordError } from '../../core/errors.ts'
import { ValueFault } from '../expression/fault.ts'
import { filterOf } from '../filter/filter.ts'
import { Refusal, type Transform } from '../transform.ts'
import { eachObject } from './eachObject.ts'

/** Keeps only objects for which a condition is true; the others count as filtered. @see filterOf */
export function whereTrue(condition: string): Transform {
  const name = `where ${condition}`
  return {
    name,
    filters: true,
    bind(before) {
      const { holds } = nameErrors(name, () => filterOf(condition, before))
      return eachObject(name, {
        schema: before,
        touches: [],
        change: (draft) => refuseUncomputable(() => (holds(draft) === true ? 'kept' : 'filtered')),
      })
    },
  }
}

/** Adds the name of the transform to an error in its expression. */
export function nameErrors<T>(stage: string, make: () => T): T {
  try {
    return make()
  } catch (error) {
    throw error instanceof ElysiaError
      ? rewordError(error, `${stage}: ${error.message.replace(/^the filter is/, 'it is')}`)
      : error
  }
}

/** Refuses an object with a value that cannot be computed. */
export function refuseUncomputable<T>(make: () => T): T | Refusal {
  try {
    return make()
  } catch (error) {
    if (error instanceof ValueFault) return new Refusal(error.message)
    // A text longer than a string can be.
    if (error instanceof RangeError) return new Refusal(`a value is too large: ${error.message}`)
    throw error
  }
}
