import type { Json, StoredObject } from '../../core/object.ts'

/**
 * Freezes an object at every depth before a script reads it. Vectors cannot be frozen: they belong to the thread, and
 * a returned vector that is the same object counts as unchanged, whatever its numbers.
 */
export function freezeObject(object: StoredObject): StoredObject {
  freeze(object.properties)
  for (const vector of Object.values(object.vectors ?? {})) if (Array.isArray(vector)) Object.freeze(vector)
  if (object.vectors !== undefined) Object.freeze(object.vectors)
  return Object.freeze(object)
}

function freeze(value: Json): void {
  for (const key in value as object) {
    const inner = (value as { [key: string]: Json })[key]
    if (typeof inner === 'object' && inner !== null) freeze(inner)
  }
  Object.freeze(value)
}
