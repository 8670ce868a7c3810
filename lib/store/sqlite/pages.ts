import type { StoredObject } from '../../core/object.ts'
import type { Range } from '../store.ts'
import { requireIds } from '../validation/classRules.ts'

/** Page after page of a range, each after the last object of the one before: what is written meanwhile may be among them. */
export async function* pages(
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
