import { HASH_PROPERTY, type JsonObject, type ObjectDraft, type StoredObject } from '../../core/object.ts'
import type { WholeNumbers } from '../../core/value/wholeNumbers.ts'
import type { CallOptions, Projection } from '../store.ts'
import { decodeVector, decodeVectors } from './vectors.ts'

/** An object as a statement yields it. What was not requested is null, or is in another column. */
export type Row = [
  id: string,
  hash: string | null,
  properties: string | null,
  vector: Buffer | null,
  vectors: Buffer | null,
  links: string | null,
  created: number | null,
  updated: number | null,
]

/** Makes a decoder for rows with the requested parts; objects of a tenant name it. */
export function rowDecoder(
  { properties: wanted }: Projection,
  call: CallOptions | undefined,
  { parse }: WholeNumbers,
) {
  const tenant = call?.tenant
  return (id: string, [, hash, json, vector, vectors, links, createdMs, updatedMs]: Row): StoredObject => {
    const properties = hash === null ? decodeProperties(json, wanted, parse) : { [HASH_PROPERTY]: hash }
    if (links !== null) Object.assign(properties, JSON.parse(links))
    if (vector === null && vectors === null && tenant === undefined && updatedMs === null) {
      return { id, properties }
    }
    // Building objects by spreading takes several times as long.
    const object: ObjectDraft = { id, properties }
    if (vector !== null) object.vector = decodeVector(vector)
    if (vectors !== null) object.vectors = decodeVectors(vectors)
    if (tenant !== undefined) object.tenant = tenant
    if (createdMs !== null) object.createdMs = createdMs
    if (updatedMs !== null) object.updatedMs = updatedMs
    return object
  }
}

/** The approximate number of bytes in a row. */
export function rowBytes([, , properties, vector, vectors, links]: Row): number {
  const texts = (properties?.length ?? 0) + (links?.length ?? 0)
  return texts + (vector?.length ?? 0) + (vectors?.length ?? 0)
}

/** The UUID of 32 hexadecimal digits. */
export function dashedUuid(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

function decodeProperties(
  json: string | null,
  wanted: Projection['properties'],
  parse: WholeNumbers['parse'],
): JsonObject {
  if (json === null) return {}
  const all = parse(json)
  if (wanted === 'all') return all
  return Object.fromEntries(
    wanted.filter((name) => Object.hasOwn(all, name)).map((name) => [name, all[name]!]),
  )
}
