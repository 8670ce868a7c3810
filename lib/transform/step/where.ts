import { ElysiaError, reworded } from '../../core/errors.ts'
import { filterOf } from '../filter/filter.ts'
import type { Transform } from '../transform.ts'
import { eachObject } from './each.ts'

/** Leaves out the objects that a condition is not true of; these count as filtered. @see filterOf */
export function whereTrue(condition: string): Transform {
  const name = `where ${condition}`
  return {
    name,
    filters: true,
    bind(before) {
      const { selects } = named(name, () => filterOf(condition, before))
      return eachObject(name, {
        schema: before,
        touches: [],
        change: (draft) => (selects(draft) ? 'kept' : 'filtered'),
      })
    },
  }
}

/** What is wrong with an expression, with the transform that it stands in. */
export function named<T>(stage: string, make: () => T): T {
  try {
    return make()
  } catch (error) {
    throw error instanceof ElysiaError ? reworded(error, `${stage}: ${error.message}`) : error
  }
}
