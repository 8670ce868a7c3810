import type { Json, JsonObject } from '../../lib/object.ts'

/** One request: a REST call, or an RPC with a partial message. */
export type Step =
  | { readonly rest: string; readonly body?: Json | string }
  | { readonly rpc: Rpc; readonly message: object }

export type Rpc = 'search' | 'batchObjects' | 'batchDelete' | 'aggregate' | 'tenantsGet'

/** Requests that belong together, about classes of their own: all begin with `Twin`. */
export interface Dialogue {
  readonly title: string
  readonly steps: readonly Step[]
}

export const id = (n: number): string => `a0000000-0000-4000-8000-${String(n).padStart(12, '0')}`
export const rest = (call: string, body?: Json | string): Step =>
  body === undefined ? { rest: call } : { rest: call, body }
export const rpc = (name: Rpc, message: object): Step => ({ rpc: name, message })

export const post = (name: string, more: JsonObject = {}): Step =>
  rest('POST /v1/schema', { class: name, vectorizer: 'none', properties: [text('t')], ...more })
export const text = (name: string): JsonObject => ({ name, dataType: ['text'] })
export const put = (...objects: object[]): Step => rpc('batchObjects', { objects })
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
export const oneOf = (...values: string[]): object => ({
  operator: 12,
  on: [],
  filters: [],
  valueTextArray: { values },
  target: { property: '_id' },
})
export const compared = (operator: number, property: string, value: object): object => ({
  operator,
  on: [],
  filters: [],
  target: { property },
  ...value,
})
export const search = (collection: string, more: object = {}): Step =>
  rpc('search', { collection, uses127Api: true, limit: 20, metadata: { uuid: true }, ...more })
export const bytes = (...numbers: number[]): Uint8Array => new Uint8Array(new Float32Array(numbers).buffer)
export const rows = (dimension: number, ...numbers: number[]): Uint8Array =>
  Uint8Array.from([dimension, 0, ...bytes(...numbers)])

/** The classes that a dialogue may leave behind. */
export function classesOf(dialogue: Dialogue): string[] {
  const names = JSON.stringify(dialogue.steps).match(/\btwin\w+/gi) ?? []
  return [...new Set(names.map((name) => name.slice(0, 1).toUpperCase() + name.slice(1)))]
}
