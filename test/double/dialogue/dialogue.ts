import type { Json, JsonObject } from '../../../lib/core/object.ts'

/** One request: a REST call, or an RPC with a partial message. */
export type Step =
  | { readonly rest: string; readonly body?: Json | string }
  | { readonly rpc: Rpc; readonly message: object }

/** The RPCs that are compared. */
export type Rpc = 'search' | 'batchObjects' | 'batchDelete' | 'aggregate' | 'tenantsGet'

/** Requests that belong together, about classes of their own: all begin with `Twin`. */
export interface Dialogue {
  readonly title: string
  readonly steps: readonly Step[]
}

/** An id with letters in it, so that its case can matter; they sort as their numbers do. */
export const id = (n: number): string => `a0000000-0000-4000-8000-${String(n).padStart(12, '0')}`
/** `METHOD /path`; a body that is a string is sent as it is. */
export const rest = (call: string, body?: Json | string): Step =>
  body === undefined ? { rest: call } : { rest: call, body }
/** An RPC with a partial message. */
export const rpc = (name: Rpc, message: object): Step => ({ rpc: name, message })

/** A class with one text property, or with what is said instead. */
export const post = (name: string, more: JsonObject = {}): Step =>
  rest('POST /v1/schema', { class: name, vectorizer: 'none', properties: [text('t')], ...more })
/** A text property. */
export const text = (name: string): JsonObject => ({ name, dataType: ['text'] })
/** A BatchObjects. */
export const put = (...objects: object[]): Step => rpc('batchObjects', { objects })
/** An object of a BatchObjects. */
export const object = (
  collection: string,
  n: number,
  properties: object = {},
  more: object = {},
): object => ({
  uuid: id(n),
  collection,
  properties: { nonRefProperties: properties },
  ...more,
})
/** The filter for any of these ids. */
export const oneOf = (...values: string[]): object => ({
  operator: 12,
  on: [],
  filters: [],
  valueTextArray: { values },
  target: { property: '_id' },
})
/** A filter that compares a property with a value (`{valueInt: 5}`). */
export const compared = (operator: number, property: string, value: object): object => ({
  operator,
  on: [],
  filters: [],
  target: { property },
  ...value,
})
/** A Search for ids and all properties, unless something else is said. */
export const search = (collection: string, more: object = {}): Step =>
  rpc('search', { collection, uses127Api: true, limit: 20, metadata: { uuid: true }, ...more })
/** A vector as it is on the wire. */
export const bytes = (...numbers: number[]): Uint8Array => new Uint8Array(new Float32Array(numbers).buffer)
/** A multi-vector as it is on the wire. */
export const rows = (dimension: number, ...numbers: number[]): Uint8Array =>
  Uint8Array.from([dimension, 0, ...bytes(...numbers)])

/** The classes that a dialogue may leave behind. */
export function classesOf(dialogue: Dialogue): string[] {
  const names = JSON.stringify(dialogue.steps).match(/\btwin\w+/gi) ?? []
  return [...new Set(names.map((name) => name.slice(0, 1).toUpperCase() + name.slice(1)))]
}
