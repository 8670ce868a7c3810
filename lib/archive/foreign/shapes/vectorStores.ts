import type { Json, JsonObject } from '../../../core/object.ts'
import { isRecord } from '../../../core/value/record.ts'
import type { ForeignChanges } from '../changes.ts'
import { isSparse, isVector, recordsOf, requireRecord, without } from './fields.ts'
import type { Shape } from './shape.ts'
import { denseOf, describeVectors, takeVectors, vectorFieldsOf } from './vectorFields.ts'

/** Points from a qdrant scroll, or from its client: `{id, payload, vector}`. */
export const qdrant: Shape = {
  name: 'qdrant',
  id: 'id',
  matches: (line) => isPoint(line) || pointsOf(line) !== undefined,
  records: () => (line) => pointsOf(line) ?? [line],
  reader: (_, changes) => ({
    vectors: ['vector'],
    read: ({ id, payload = null, vector, shard_key: key }) => ({
      id,
      properties: { ...(isThere(key) && { shard_key: key }), ...requireRecord(payload, 'payload') },
      ...vectorsOf(vector, changes),
    }),
  }),
}

function isPoint(line: JsonObject): boolean {
  return line.id !== undefined && line.payload !== undefined
}

function pointsOf(line: JsonObject): readonly JsonObject[] | undefined {
  const result = isRecord(line.result) ? line.result.points : line.result
  const points = recordsOf(result) ?? recordsOf(line.points)
  return points?.every(({ id }) => id !== undefined) ? points : undefined
}

/** One vector, or several by name; sparse ones are dropped. */
function vectorsOf(value: Json | undefined, changes: ForeignChanges) {
  if (!isRecord(value)) return { vector: value }
  if (!isSparse(value)) return { vectors: denseOf(value, changes) }
  changes.note('sparse_vectors')
  return {}
}

/** Vectors from Pinecone, with their metadata: `{id, values, metadata}`. */
export const pinecone: Shape = {
  name: 'pinecone',
  id: 'id',
  matches: (line) => isPineconeVector(line) || fetched(line) !== undefined,
  records: () => (line) => fetched(line) ?? [line],
  reader: (_, changes) => ({
    vectors: ['values'],
    read: (record) => {
      const { id, values, metadata = null, namespace } = record
      if (isThere(record.sparseValues) || isThere(record.sparse_values)) changes.note('sparse_vectors')
      const of = requireRecord(metadata, 'metadata')
      return {
        id,
        properties: isThere(namespace) && of.namespace === undefined ? { ...of, namespace } : of,
        vector: values,
      }
    },
  }),
}

function isPineconeVector(line: JsonObject): boolean {
  return (
    line.id !== undefined && (Array.isArray(line.values) || isSparse(line.sparse_values ?? line.sparseValues))
  )
}

/** The vectors of a fetch, a query or an upsert in one document, each with the document's namespace. */
function fetched(line: JsonObject): readonly JsonObject[] | undefined {
  const { vectors, matches, namespace } = line
  if (line.id !== undefined || line.uuid !== undefined) return undefined
  const found = recordsOf(isRecord(vectors) ? Object.values(vectors) : vectors) ?? recordsOf(matches)
  if (found === undefined || !found.every(isPineconeVector)) return undefined
  return found.map((one) => ({ ...one, ...(isThere(namespace) && { namespace }) }))
}

/** False for an absent, null or empty value. */
function isThere(value: Json | undefined): value is Json {
  return value !== undefined && value !== null && value !== ''
}

const MILVUS_IDS = ['id', 'pk', 'auto_id', 'Auto_id', 'primary_key']

/**
 * Entities from Milvus: flat records with a primary key and vectors; `$meta` holds fields that are not in the schema.
 */
export const milvus: Shape = {
  name: 'milvus',
  id: 'id',
  matches: (line) => rowsOf(line) !== undefined || isEntity(line),
  records: () => (line) => rowsOf(line) ?? [line],
  reader: (sample, changes) => {
    const fields = vectorFieldsOf(sample, LEAST_WIDTH)
    const key = keyOf(sample)
    return {
      id: key,
      vectors: describeVectors(fields),
      read: (record) => {
        const { rest, ...vectors } = takeVectors(record, fields, changes)
        const { $meta: meta, ...properties } = without(rest, key === undefined ? [] : [key])
        return {
          id: key === undefined ? undefined : rest[key],
          properties: { ...(isRecord(meta) && meta), ...properties },
          ...vectors,
        }
      },
    }
  },
}

/** Every entity has a vector, so a single list of numbers must be it. */
const LEAST_WIDTH = 2

/** The primary key may have any name: a common one, or the only field that ends in `id`. */
function keyOf([first = {}]: readonly JsonObject[]): string | undefined {
  const known = MILVUS_IDS.find((name) => first[name] !== undefined)
  if (known !== undefined) return known
  const [key, ...others] = Object.keys(first).filter((name) => /id$/i.test(name))
  return others.length === 0 ? key : undefined
}

function isEntity(line: JsonObject): boolean {
  return MILVUS_IDS.some((name) => line[name] !== undefined) && Object.values(line).some(isVector)
}

function rowsOf(line: JsonObject): readonly JsonObject[] | undefined {
  const { rows, data, code } = line
  return recordsOf(rows) ?? (code === undefined ? undefined : recordsOf(data))
}
