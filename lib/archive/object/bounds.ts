import { type JsonBounds, MAX_JSON_DEPTH, requireBounded } from '../../core/boundedJson.ts'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import type { Json, StoredObject } from '../../core/object.ts'

const MIB = 1024 * 1024

/** How long a line may be, and what the line contains, for errors. */
export interface LineBound {
  readonly bytes: number
  readonly what: string
}

/** No store accepts an object of this size; without a bound, a line without an end would fill the memory. */
export const OBJECT_LINE: LineBound = { bytes: 256 * MIB, what: 'object' }

/**
 * The bounds for the JSON of an archived object, with as many values as Parquet allows. They exceed those for ingest,
 * since a store may hold larger objects. Parsed, such an object takes more than a gigabyte.
 */
export const OBJECT_BOUNDS: JsonBounds = { depth: MAX_JSON_DEPTH, nodes: 10_000_000, values: 20_000_000 }

/** No shorter text has that many keys, objects and arrays, or values. */
const UNSUSPICIOUS = OBJECT_BOUNDS.nodes

/** Levels in an object's line above the values of its properties. */
const LEVELS_ABOVE = 2

/** More than an object's times take in its line. */
const TIMES_BYTES = 128

/**
 * Checks that a reader accepts an object's line, with or without its times.
 * @throws ElysiaError ELYSIA_STORE if the line is longer than 256 MiB, or has too many values
 */
export function requireReadableObject(id: string, line: Buffer | string): void {
  if (line.length < UNSUSPICIOUS) return
  try {
    const bytes = Buffer.byteLength(line) + TIMES_BYTES
    if (bytes > OBJECT_LINE.bytes) throw new Error(`is longer than ${OBJECT_LINE.bytes / MIB} MiB`)
    requireBounded(line.toString(), OBJECT_BOUNDS)
  } catch (thrown) {
    throw unreadable(id, messageOf(thrown), thrown)
  }
}

/**
 * Checks that a reader accepts an object's depth, before its text is made, which would nest as deep. @throws
 * ElysiaError ELYSIA_STORE
 */
export function requireReadableDepth({ id, properties }: StoredObject): void {
  const { depth } = OBJECT_BOUNDS
  for (const value of Object.values(properties)) {
    if (typeof value === 'object' && !isWithin(value, depth - LEVELS_ABOVE)) {
      throw unreadable(id, `nests deeper than ${depth} levels`)
    }
  }
}

function isWithin(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (levels === 0) return false
  const inside = Array.isArray(value) ? value : Object.values(value)
  return inside.every((one) => typeof one !== 'object' || isWithin(one, levels - 1))
}

function unreadable(id: string, fact: string, cause?: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_STORE', `object ${id} could not be read again: its JSON ${fact}`, {
    hint: 'make this object smaller, or split it into several',
    ...(cause !== undefined && { cause }),
  })
}
