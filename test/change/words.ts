import { fileObject } from '../../lib/change/layout.ts'
import type { Entry } from '../../lib/core/entry.ts'
import type { Json, JsonObject, StoredObject } from '../../lib/core/object.ts'
import { Reject } from '../../lib/core/reject.ts'
import { indexOf, itemsFor } from './plainIndex.ts'

/** The repository of all records here. */
export const A = 'ServiceA'
export const TIME = '2025-09-03T12:00:00Z'
/** The four operations, as records. */
export const add = (path: string, content: string, more: JsonObject = {}): Json => ({
  repo: A,
  op: 'add',
  path,
  content,
  ...more,
})
export const modify = (path: string, more: JsonObject): Json => ({ repo: A, op: 'modify', path, ...more })
export const rename = (path: string, new_path: string, more: JsonObject = {}): Json => ({
  repo: A,
  op: 'rename',
  path,
  new_path,
  ...more,
})
export const remove = (path: string): Json => ({ repo: A, op: 'delete', path })

/** What `fileObject` makes of the parts: the one right object. */
export const object = (path: string, text: string, more: Partial<Parameters<typeof fileObject>[0]> = {}) =>
  fileObject({ repo: A, path, text, ...more })

/** A vector. */
export const floats = (...numbers: number[]) => new Float32Array(numbers)

/** What one record, which must be in order, becomes. */
export async function entryFor(record: Json, options = {}): Promise<Entry> {
  const [item] = await itemsFor([record], options)
  if (item === undefined || item instanceof Reject) throw new Error(item?.reason ?? 'nothing')
  return item
}

/** The objects that an empty index holds after these records. */
export async function objectsOf(records: readonly Json[]): Promise<StoredObject[]> {
  return [...(await indexOf(records)).objects.values()]
}
