import type { JsonObject } from './object.ts'
import { isRecord } from './value/record.ts'

/**
 * A collection's schema: Weaviate's raw class JSON, kept key for key by every store and archive.
 * @see https://docs.weaviate.io/weaviate/api/rest (Class)
 */
export interface CollectionSchema {
  readonly class: string
  /** A server returns null for a class without properties. */
  readonly properties?: readonly PropertySchema[] | null
  readonly multiTenancyConfig?: JsonObject
  readonly [key: string]: unknown
}

/** One property of a collection's schema, raw as well. */
export interface PropertySchema {
  readonly name: string
  readonly dataType: readonly string[]
  readonly [key: string]: unknown
}

/** The properties of a class; empty if it has none, for which a server returns null. */
export function propertiesIn({ properties }: CollectionSchema): readonly PropertySchema[] {
  return properties ?? []
}

/** True for an object with the name of a class, and properties with names and types, if any. */
export function isCollectionSchema(value: unknown): value is CollectionSchema {
  if (!isRecord(value) || typeof value.class !== 'string') return false
  const { properties } = value
  return properties == null || (Array.isArray(properties) && properties.every(isPropertySchema))
}

function isPropertySchema(value: unknown): value is PropertySchema {
  if (!isRecord(value) || typeof value.name !== 'string') return false
  return Array.isArray(value.dataType) && value.dataType.every((type) => typeof type === 'string')
}

/**
 * The first bigint in a class that `parseExact` read. Stores keep the numbers of a class as doubles, so such
 * a number would change; no setting of a server needs one.
 */
export function bigintIn(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value !== 'object' || value === null) return undefined
  for (const inner of Object.values(value)) {
    const found = bigintIn(inner)
    if (found !== undefined) return found
  }
  return undefined
}

/** True for a cross-reference: its data types are class names, which begin with a capital letter. */
export function isReference({ dataType }: PropertySchema): boolean {
  return /^[A-Z]/.test(dataType[0] ?? '')
}

/** True if a server keeps several copies of each object. */
export function isReplicated({ replicationConfig }: CollectionSchema): boolean {
  const { factor } = (replicationConfig ?? {}) as { readonly factor?: unknown }
  return typeof factor === 'number' && factor > 1
}

/** True if each object belongs to a tenant. */
export function hasTenants({ multiTenancyConfig }: CollectionSchema): boolean {
  return multiTenancyConfig?.enabled === true
}

/** The first named vector of a class that is a multi-vector: several vectors of one object in one index. */
export function multiVectorIn({ vectorConfig }: CollectionSchema): string | undefined {
  for (const [name, config] of Object.entries(vectorConfig ?? {})) {
    const { vectorIndexConfig } = (config ?? {}) as {
      vectorIndexConfig?: { multivector?: { enabled?: unknown } }
    }
    if (vectorIndexConfig?.multivector?.enabled === true) return name
  }
  return undefined
}

/** The vectors that objects of a class may carry. */
export interface VectorNames {
  /** True if objects may have an unnamed vector. */
  readonly unnamed: boolean
  readonly named: readonly string[]
}

/** True if objects of a class may have both an unnamed vector and named ones. */
export function hasMixedVectors(schema: CollectionSchema): boolean {
  const { unnamed, named } = vectorNames(schema)
  return unnamed && named.length > 0
}

/** Which vectors a class has an index for. */
export function vectorNames({ vectorIndexType, vectorConfig }: CollectionSchema): VectorNames {
  const named = typeof vectorConfig === 'object' && vectorConfig !== null ? Object.keys(vectorConfig) : []
  return { unnamed: typeof vectorIndexType === 'string' && vectorIndexType !== '', named }
}
