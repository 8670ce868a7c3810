import type { StoredObject, Vector } from '../../core/object.ts'
import { hasMixedVectors } from '../../core/schema.ts'
import type { CollectionSchema } from '../store.ts'

/** Widths by vector name, `''` for the unnamed one: fixed by the first vector of a tenant. */
export type Widths = Map<string, number>

/**
 * What is wrong with an object's vectors; undefined if nothing is. `known` are the existing widths; those that the
 * object fixes go into `fixed`, which the caller adds to `known` once the object is stored.
 */
export type VectorCheck = (object: StoredObject, known: Widths, fixed: Widths) => string | undefined

interface NamedConfig {
  readonly vectorIndexConfig?: { readonly multivector?: { readonly enabled?: unknown } }
}

/**
 * Makes the check of one collection's vectors: the schema must have them, each must have the width of the existing
 * ones, and only a multi-vector may have several rows. The wording is the server's.
 */
export function vectorCheck(schema: CollectionSchema): VectorCheck {
  const configs = schema.vectorConfig as Readonly<Record<string, NamedConfig>> | undefined
  const isNamedOnly = configs !== undefined && !hasMixedVectors(schema)
  return (object, knownWidths, fixed) => {
    if (object.vector !== undefined) {
      if (isNamedOnly) return `collection ${schema.class} configuration does not have single vector index`
      const reason = widthFault('', object.vector, knownWidths, fixed)
      if (reason !== undefined) return reason
    }
    for (const [name, vector] of Object.entries(object.vectors ?? {})) {
      const reason =
        namedFault(schema.class, configs, name, vector) ?? widthFault(name, vector, knownWidths, fixed)
      if (reason !== undefined) return reason
    }
    return undefined
  }
}

function namedFault(
  className: string,
  configs: Readonly<Record<string, NamedConfig>> | undefined,
  name: string,
  vector: Vector,
): string | undefined {
  if (configs === undefined) {
    return `collection ${className} is configured without multiple named vectors, but received named vectors: ${name}`
  }
  if (!Object.hasOwn(configs, name))
    return `collection ${className} does not have configuration for vector ${name}`
  const many = configs[name]?.vectorIndexConfig?.multivector?.enabled === true
  if (many === !(vector instanceof Float32Array)) return undefined
  return many
    ? `vector ${name} is a multi vector, but received a single one`
    : `vector ${name} is not a multi vector`
}

function widthFault(name: string, vector: Vector, knownWidths: Widths, fixed: Widths): string | undefined {
  for (const row of vector instanceof Float32Array ? [vector] : vector) {
    const width = knownWidths.get(name) ?? fixed.get(name)
    if (row.length === 0) return 'a vector has no dimensions'
    if (width === undefined) fixed.set(name, row.length)
    else if (width !== row.length) {
      return `new node has a vector with length ${row.length}. Existing nodes have vectors with length ${width}: vector dimensions do not match the index dimensions`
    }
  }
  return vector.length === 0 ? 'a multi vector holds no vector' : undefined
}
