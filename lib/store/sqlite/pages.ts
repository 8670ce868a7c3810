import type { StoredObject } from '../../core/object.ts'
import type { Range } from '../store.ts'
import { requireIds } from '../validation/classRules.ts'

/**
 * The pages of a range, each after the last object of the one before: may include objects that are written meanwhile.
 */
export async function* rangePages(
  range: Range = {},
  page: (bounds: Range) => Promise<StoredObject[]>,
): AsyncGenerator<StoredObject[]> {
  requireIds(range.after, range.upTo)
  for (let bounds = range; ; ) {
    const objects = await page(bounds)
    if (objects.length === 0) return
    bounds = { ...range, after: objects[objects.length - 1]!.id }
    yield objects
  }
}
