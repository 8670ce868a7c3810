import type { Json, StoredObject, Vector } from '../../core/object.ts'

/**
 * An object as a script gets it: frozen at every depth. Vectors, which cannot be frozen, are copies, made when they are
 * looked at, so that most scripts pay nothing for them.
 */
export function givenObject(object: StoredObject): StoredObject {
  freeze(object.properties)
  const { vector, vectors, ...rest } = object
  if (vector === undefined && vectors === undefined) return Object.freeze(object)
  const given = { ...rest }
  if (vector !== undefined) lazily(given, 'vector', () => vector.slice())
  if (vectors !== undefined) lazily(given, 'vectors', () => copies(vectors))
  return Object.freeze(given)
}

/** A field that is made when it is first read, and the same ever after. */
function lazily<T extends object>(target: T, key: string, make: () => unknown): void {
  let made: unknown
  Object.defineProperty(target, key, {
    enumerable: true,
    get: () => {
      made ??= make()
      return made
    },
  })
}

function copies(vectors: Readonly<Record<string, Vector>>): Readonly<Record<string, Vector>> {
  const all = Object.entries(vectors).map(([name, vector]): [string, Vector] => [
    name,
    vector instanceof Float32Array ? vector.slice() : Object.freeze(vector.map((row) => row.slice())),
  ])
  return Object.freeze(Object.fromEntries(all))
}

function freeze(value: Json): void {
  for (const key in value as object) {
    const inner = (value as { [key: string]: Json })[key]
    if (typeof inner === 'object' && inner !== null) freeze(inner)
  }
  Object.freeze(value)
}
