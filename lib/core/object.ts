/**
 * A JSON value as `JSON.parse` returns it, except that a whole number beyond ±(2^53 - 1) is a bigint if its property
 * is an `int`, or not known yet; in a `number` it is a double.
 * @see exactJson.ts, which reads and writes such JSON
 */
export type Json = string | number | bigint | boolean | null | Json[] | { [key: string]: Json }

/** A JSON object. */
export type JsonObject = { [key: string]: Json }

/** One vector of 32-bit floats, or several of one width (a multi-vector). */
export type Vector = Float32Array | readonly Float32Array[]

/** An object under construction: its fields can be set. */
export type ObjectDraft = { -readonly [Key in keyof StoredObject]: StoredObject[Key] }

/**
 * An object as every store holds it.
 * `id` is a lower-case UUID. `vector` is the unnamed vector, `vectors` the named ones. Absent and null
 * properties are the same thing: a store may drop nulls.
 */
export interface StoredObject {
  readonly id: string
  readonly properties: JsonObject
  readonly vector?: Float32Array
  readonly vectors?: Readonly<Record<string, Vector>>
  readonly tenant?: string
  /** When it was created and last changed, in milliseconds since 1970, according to its store; only on request. */
  readonly createdMs?: number
  readonly updatedMs?: number
}

/** The property with the hash of an object's source: if the hashes are equal, nothing needs to be sent. */
export const HASH_PROPERTY = 'record_hash'
