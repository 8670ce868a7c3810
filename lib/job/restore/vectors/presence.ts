import type { StoredObject } from '../../../core/object.ts'
import { type CollectionSchema, vectorNames } from '../../../core/schema.ts'
import type { Store } from '../../../store/store.ts'
import { vectorizersOf } from '../../../transform/schema/vectorizers.ts'

/** Which vectors objects of a class may lack: those that its store makes for them, and those that nobody makes. */
export class VectorPresence {
  /** Made by the store, where an object comes without them. */
  readonly made: ReadonlySet<string>
  readonly #own: readonly string[]

  constructor(names: readonly string[], made: ReadonlySet<string>) {
    this.made = made
    this.#own = names.filter((name) => !made.has(name))
  }

  /** How many vectors an object lacks that its store makes. */
  unmade(object: StoredObject): number {
    let lacked = 0
    for (const name of this.made) if (!has(object, name)) lacked += 1
    return lacked
  }

  /** How many it lacks that nobody makes. */
  absent(object: StoredObject): number {
    let lacked = 0
    for (const name of this.#own) if (!has(object, name)) lacked += 1
    return lacked
  }

  /** The object without what its store may have made. */
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

/** That of a class in this store; embedded stores make no vectors. */
export function vectorPresence({ kind }: Pick<Store, 'kind'>, schema: CollectionSchema): VectorPresence {
  const { unnamed, named } = vectorNames(schema)
  const makers = kind === 'weaviate' ? vectorizersOf(schema) : []
  return new VectorPresence(unnamed ? ['', ...named] : named, new Set(makers.map(({ vector }) => vector)))
}
