import type { Json } from '../../../lib/core/object.ts'
import { Refusal } from '../fault/refusal.ts'
import type { Vectors } from '../grpc/wire.ts'
import { object } from '../value/json.ts'
import { type ClassSchema, hasUnnamed } from './schema.ts'

/** One vector, or the rows of a multi-vector. */
export type Vector = Float32Array | Float32Array[]
/** Vectors by name. */
export type NamedVectors = Readonly<Record<string, Vector>>

/** The vectors of an object before the class has been looked at. */
export interface GivenVectors {
  readonly vector?: Float32Array | undefined
  readonly vectors?: NamedVectors | undefined
}

const SINGLE = 1
const MULTI = 2

/** Little-endian float32 numbers; bytes beyond a multiple of four are passed over, as the server does. */
export function fromBytes(bytes: Uint8Array): Float32Array {
  const whole = new Uint8Array(bytes.subarray(0, bytes.length - (bytes.length % 4)))
  return new Float32Array(whole.buffer)
}

/** The reverse of `fromBytes`. */
export function toBytes(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)
}

/** A vector of a gRPC request. A multi-vector: uint16 dimension, then float32 rows, little-endian. */
export function fromWire(entry: Pick<Vectors, 'vectorBytes' | 'type'>): Vector {
  if (entry.type !== MULTI) return fromBytes(entry.vectorBytes)
  const view = Buffer.from(entry.vectorBytes)
  const dimension = view.readUInt16LE(0)
  const numbers = fromBytes(view.subarray(2))
  return Array.from({ length: numbers.length / dimension }, (_, row) =>
    numbers.slice(row * dimension, (row + 1) * dimension),
  )
}

/** A named vector of a gRPC reply. */
export function toWire(name: string, vector: Vector): Vectors {
  if (!Array.isArray(vector)) return { name, index: 0, vectorBytes: toBytes(vector), type: SINGLE }
  const dimension = Buffer.alloc(2)
  dimension.writeUInt16LE(vector[0]?.length ?? 0)
  return { name, index: 0, vectorBytes: Buffer.concat([dimension, ...vector.map(toBytes)]), type: MULTI }
}

/** A vector of a REST body: numbers, or rows of numbers. */
export function fromJson(json: Json): Vector {
  const numbers = Array.isArray(json) ? json : []
  return Array.isArray(numbers[0])
    ? numbers.map((row) => Float32Array.from(row as number[]))
    : Float32Array.from(numbers as number[])
}

/** The reverse of `fromJson`. */
export function toJson(vector: Vector): Json {
  return Array.isArray(vector) ? vector.map((row) => plain(row)) : plain(vector)
}

function plain(vector: Float32Array): number[] {
  return Array.from(vector, (value) => (Object.is(value, -0) ? MINUS_ZERO : shortest(value)))
}

/** `JSON.stringify` leaves out the sign of what the server prints as -0. */
const MINUS_ZERO = (JSON as unknown as { rawJSON(text: string): number }).rawJSON('-0')

/** The shortest decimal that reads back as the same float32: what the server prints. */
export function shortest(value: number): number {
  const float = Math.fround(value)
  for (let digits = 1; digits < 9; digits += 1) {
    const short = Number(float.toPrecision(digits))
    if (Math.fround(short) === float) return short
  }
  return Number(float.toPrecision(9))
}

/**
 * The vectors under the names that the class has for them: an unnamed one moves to a class's only named
 * vector, one named `default` to a class without names. Throws a Refusal where the class has no place for
 * one.
 */
export function placeVectors(input: GivenVectors, schema: ClassSchema): GivenVectors {
  const named = { ...input.vectors }
  const configs = schema.vectorConfig
  if (configs === undefined) {
    const { default: moved, ...rest } = named
    const [unknown] = Object.keys(rest)
    if (unknown !== undefined) {
      throw new Refusal(`collection ${schema.class} does not have configuration for vector ${unknown}`)
    }
    return { vector: input.vector ?? (moved as Float32Array | undefined) }
  }
  if (hasUnnamed(schema)) {
    for (const [name, vector] of Object.entries(named)) checkNamed(name, vector, schema)
    return { ...(input.vector !== undefined && { vector: input.vector }), vectors: named }
  }
  const names = Object.keys(configs)
  const [only] = names
  if (input.vector !== undefined) {
    if (names.length !== 1 || only === undefined) {
      throw new Refusal(`collection ${schema.class} configuration does not have single vector index`)
    }
    named[only] = input.vector
  }
  for (const [name, vector] of Object.entries(named)) checkNamed(name, vector, schema)
  return { vectors: named }
}

function checkNamed(name: string, vector: Vector, schema: ClassSchema): void {
  const config = schema.vectorConfig?.[name]
  if (config === undefined) {
    throw new Refusal(`collection ${schema.class} does not have configuration for vector ${name}`)
  }
  const multi = object(config.vectorIndexConfig.multivector).enabled === true
  if (multi === Array.isArray(vector)) return
  throw new Refusal(
    `vector "${name}" in collection "${schema.class}" ` +
      (multi
        ? 'is configured as multi-vector: expected an array of token vectors, got a single vector'
        : 'is not configured as multi-vector, but a multi-vector was provided'),
  )
}

/** The number of dimensions of each vector, by name; the unnamed one is ''. */
export function dimensions(input: GivenVectors): Map<string, number> {
  const all = Object.entries(input.vectors ?? {})
  const sizes = new Map<string, number>()
  if (input.vector !== undefined) sizes.set('', input.vector.length)
  for (const [name, vector] of all) {
    sizes.set(name, Array.isArray(vector) ? (vector[0]?.length ?? 0) : vector.length)
  }
  return sizes
}

/** A vector that is always the same for the same text: what the fake vectorizer gives. */
export function embed(text: string, size = 8): Float32Array {
  let state = 2166136261
  for (let at = 0; at < text.length; at += 1) state = Math.imul(state ^ text.charCodeAt(at), 16777619)
  return Float32Array.from({ length: size }, () => {
    state = Math.imul(state ^ (state >>> 15), 2246822519) + 1
    return (state >>> 8) / 2 ** 24
  })
}
