import type { ObjectRange } from '../../archive/object/source.ts'
import type { StoredObject } from '../../core/object.ts'
import type { Source } from '../../core/stage.ts'
import type { StoreCondition } from '../../store/condition.ts'
import { objectPages, type ReadOptions } from '../../store/objects.ts'
import { objectsById } from '../../store/objectsById.ts'
import { objectsWhere } from '../../store/objectsWhere.ts'
import type { Collection } from '../../store/store.ts'
import type { Selection } from './selection.ts'

/** How to read selected objects. */
export interface SelectedReadOptions extends ReadOptions {
  /** Conditions by which the store finds the objects; undefined for a scan. */
  readonly conditions?: readonly StoreCondition[] | undefined
}

/**
 * Reads from a range everything that is needed to select from it: all objects, those with the requested ids, or those
 * that the store finds by conditions. `projection` is what would be read without a selection. Memory: a page.
 */
export function selectedPages(
  collection: Collection,
  selection: Selection | undefined,
  range: ObjectRange,
  { conditions, ...options }: SelectedReadOptions,
): Source<StoredObject[]> {
  const projection = selection?.projection(options.projection) ?? options.projection
  const reading = { ...options, projection }
  if (selection?.ids !== undefined) return objectsById(collection, selection.ids, range, reading)
  if (conditions !== undefined) return objectsWhere(collection, conditions, range, reading)
  return objectPages(collection, range, reading)
}
