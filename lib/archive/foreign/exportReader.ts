import { Readable } from 'node:stream'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { parseDoubles } from '../../core/exactJson.ts'
import type { Json, JsonObject, StoredObject, Vector } from '../../core/object.ts'
import { isRecord } from '../../core/value/record.ts'
import { isUuid } from '../../core/value/uuid.ts'
import type { RecordBatch } from '../format/arrow.ts'
import { objectOf } from '../object/parse.ts'
import { type ExportFile, footerOf } from './exportFile.ts'
import { batchesOf } from './parquet/batches.ts'

/**
 * A server's own Parquet file → pages. Memory: a page, plus about five times the stored size of a row group in a
 * thread of its own, because the library copies the group. That memory is released at the end of the file. Errors:
 * ELYSIA_DAMAGED.
 */
export function readExportFile(file: ExportFile): Readable {
  return Readable.from(pagesOf(file), { objectMode: true, highWaterMark: 1 })
}

async function* pagesOf(file: ExportFile): AsyncGenerator<StoredObject[]> {
  try {
    for await (const batch of batchesOf(file.path, await footerOf(file.path)))
      yield objectsOf(batch, file.tenant)
  } catch (cause) {
    if (cause instanceof ElysiaError) throw cause
    throw new ElysiaError('ELYSIA_DAMAGED', `${file.path}: ${messageOf(cause)}`, { cause })
  }
}

function objectsOf(batch: RecordBatch, tenant: string | undefined): StoredObject[] {
  const column = (name: string) => {
    const vector = batch.getChild(name)
    if (vector === null) throw new Error(`has no column ${name}`)
    return (row: number): unknown => vector.get(row)
  }
  const [id, created, updated] = [column('id'), column('creation_time'), column('update_time')]
  const [vector, properties] = [column('vector'), column('properties')]
  const [named, multi] = [column('named_vectors'), column('multi_vectors')]
  return Array.from({ length: batch.numRows }, (_, row) => {
    const bytes = bytesIn(vector(row))
    const of = idIn(id(row))
    const more = { ...vectorsIn(named(row), of), ...vectorsIn(multi(row), of) }
    return {
      id: of,
      properties: propertiesIn(properties(row), of),
      ...(bytes !== undefined && bytes.length > 0 && { vector: floatsOf(bytes) }),
      ...(Object.keys(more).length > 0 && { vectors: more }),
      ...(tenant !== undefined && { tenant }),
      createdMs: Number(created(row)),
      updatedMs: Number(updated(row)),
    }
  })
}

function idIn(value: unknown): string {
  if (typeof value === 'string' && isUuid(value)) return value
  throw new Error(`has an object with the id ${JSON.stringify(value)}`)
}

function bytesIn(value: unknown): Uint8Array | undefined {
  if (value === null || value === undefined) return undefined
  if (value instanceof Uint8Array) return value
  throw new Error('has a column of another type than a server writes')
}

/** Makes a copy, because a Float32Array has to begin at a multiple of four. */
function floatsOf(bytes: Uint8Array): Float32Array {
  if (bytes.length % 4 !== 0) throw new Error('has a vector that is not made of float32 numbers')
  return new Float32Array(bytes.slice().buffer)
}

/** The JSON object in a column; empty if the column is null. Numbers are doubles, as on the server. */
function recordIn(value: unknown, what: string): JsonObject {
  const bytes = bytesIn(value)
  if (bytes === undefined || bytes.length === 0) return {}
  const json = jsonIn(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(), what)
  if (json === null) return {}
  if (!isRecord(json)) throw new Error(`has ${what} that are not a JSON object`)
  return json
}

function jsonIn(text: string, what: string): Json {
  try {
    return parseDoubles(text)
  } catch (cause) {
    throw new Error(`has ${what} that are not JSON: ${messageOf(cause)}`, { cause })
  }
}

/** Properties in the form that a line of an archive allows. */
function propertiesIn(value: unknown, id: string): JsonObject {
  return objectOf({ id, properties: recordIn(value, `properties of ${id}`) }).properties
}

/** Vectors by name, as the server writes them: the shortest numbers that give the same float32. */
function vectorsIn(value: unknown, id: string): Readonly<Record<string, Vector>> {
  const vectors = recordIn(value, `vectors of ${id}`)
  return Object.keys(vectors).length === 0 ? {} : (objectOf({ id, properties: {}, vectors }).vectors ?? {})
}
