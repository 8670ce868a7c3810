import type { ObjectRange } from '../../archive/object/source.ts'
import type { StoredObject } from '../../core/object.ts'
import type { Source } from '../../core/stage.ts'
import { objects, type ReadOptions } from '../../store/objects.ts'
import { objectsById } from '../../store/objectsById.ts'
import type { Collection } from '../../store/store.ts'
import type { Selection } from './selection.ts'

/**
 * What is read of a range, so that it can be told what of it is selected: all objects, or those of the ids that were
 * asked for. `projection` is what would be read without a selection. Memory: a page.
 */
export function selectedPages(
  collection: Collection,
  selection: Selection | undefined,
  range: ObjectRange,
  options: ReadOptions,
): Source<StoredObject[]> {
  const projection = selection?.projection(options.projection) ?? options.projection
  if (selection?.ids === undefined) return objects(collection, range, { ...options, projection })
  return objectsById(collection, selection.ids, range, { ...options, projection })
}
