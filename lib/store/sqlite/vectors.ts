import type { Vector } from '../../core/object.ts'

type Header = [name: string, width: number, rows: number][]

/** A vector as little-endian float32, a view of the same bytes. */
export function encodeVector(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength)
}

/** The vector in such bytes. */
export function decodeVector(bytes: Buffer): Float32Array {
  return floats(bytes, 0, bytes.length / 4)
}

/**
 * Named vectors as one blob: four bytes of header length (little-endian), the header, then the float32 values
 * of all rows in the header's order. The header is the JSON of `[name, width, rows]` triples, filled up with
 * spaces so that the values begin at a multiple of four; `rows` is 0 for a vector that is not a multi-vector.
 */
export function encodeVectors(vectors: Readonly<Record<string, Vector>>): Buffer {
  const entries = Object.entries(vectors)
  const header = JSON.stringify(entries.map(([name, vector]) => [name, ...shape(vector)]))
  const bytes = Buffer.from(header)
  const padded = Buffer.alloc(bytes.length + ((4 - (bytes.length % 4)) % 4), ' ')
  bytes.copy(padded)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(padded.length)
  return Buffer.concat([length, padded, ...entries.flatMap(([, vector]) => rowsOf(vector).map(encodeVector))])
}

/** The named vectors in such a blob. */
export function decodeVectors(blob: Buffer): Record<string, Vector> {
  const begin = 4 + blob.readUInt32LE()
  const header = JSON.parse(blob.toString('utf8', 4, begin)) as Header
  let at = begin
  const next = (width: number) => {
    const row = floats(blob, at, width)
    at += 4 * width
    return row
  }
  return Object.fromEntries(
    header.map(([name, width, rows]) => [
      name,
      rows === 0 ? next(width) : Array.from({ length: rows }, () => next(width)),
    ]),
  )
}

function shape(vector: Vector): [width: number, rows: number] {
  return vector instanceof Float32Array ? [vector.length, 0] : [vector[0]?.length ?? 0, vector.length]
}

const rowsOf = (vector: Vector) => (vector instanceof Float32Array ? [vector] : vector)

function floats(bytes: Buffer, at: number, count: number): Float32Array {
  const begin = bytes.byteOffset + at
  // The bytes belong to the caller: better-sqlite3 makes a buffer for each value.
  if (begin % 4 === 0) return new Float32Array(bytes.buffer as ArrayBuffer, begin, count)
  return new Float32Array(bytes.buffer.slice(begin, begin + 4 * count) as ArrayBuffer)
}
