import type { StoredObject } from '../../../core/object.ts'
import { type CollectionSchema, vectorNames } from '../../../core/schema.ts'
import type { Store } from '../../../store/store.ts'
import { vectorizersOf } from '../../../transform/schema/vectorizers.ts'

/** Which vectors objects of a class may lack: those that the store makes, and those that nobody makes. */
export class VectorPresence {
  /** Vectors that the store makes for objects without them. */
  readonly made: ReadonlySet<string>
  readonly #own: readonly string[]

  constructor(names: readonly string[], made: ReadonlySet<string>) {
    this.made = made
    this.#own = names.filter((name) => !made.has(name))
  }

  /** How many vectors an object lacks that the store makes. */
  unmade(object: StoredObject): number {
    let lacked = 0
    for (const name of this.made) if (!has(object, name)) lacked += 1
    return lacked
  }

  /** How many vectors it lacks that nobody makes. */
  absent(object: StoredObject): number {
    let lacked = 0
    for (const name of this.#own) if (!has(object, name)) lacked += 1
    return lacked
  }

  /** The object without vectors that the store may have made. */
  brought(object: StoredObject): StoredObject {
    const { vector, vectors, ...rest } = object
    const own = Object.entries(vectors ?? {}).filter(([name]) => !this.made.has(name))
    return {
      ...rest,
      ...(vector !== undefined && !this.made.has('') && { vector }),
      ...(own.length > 0 && { vectors: Object.fromEntries(own) }),
    }
  }
}

function has({ vector, vectors = {} }: StoredObject, name: string): boolean {
  return name === '' ? vector !== undefined : Object.hasOwn(vectors, name)
}

/** The presence for a class in this store; embedded stores make no vectors. */
export function vectorPresence({ kind }: Pick<Store, 'kind'>, schema: CollectionSchema): VectorPresence {
  const { unnamed, named } = vectorNames(schema)
  const makers = kind === 'weaviate' ? vectorizersOf(schema) : []
  return new VectorPresence(unnamed ? ['', ...named] : named, new Set(makers.map(({ vector }) => vector)))
}
