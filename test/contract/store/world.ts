import { createHash } from 'node:crypto'
import type { Test } from 'tap'
import { ElysiaError, type ErrorCode } from '../../../lib/core/errors.ts'
import { HASH_PROPERTY, type JsonObject, type StoredObject, type Vector } from '../../../lib/core/object.ts'
import type {
  Capabilities,
  Collection,
  CollectionSchema,
  Projection,
  Store,
} from '../../../lib/store/store.ts'

/** A store, and the start of every collection name that the suite may use in it, such as `T4f2`. */
export interface Opened {
  readonly store: Store
  readonly prefix: string
}

export type Open = (t: Test) => Promise<Opened>

/** How much of the costly things a run does. */
export interface Amounts {
  /** Objects of a collection that takes more than one page; at least twice the store's page. */
  readonly many: number
  /** Random sequences compared with a plain map. */
  readonly sequences: number
  /** Calls started at once. */
  readonly concurrent: number
}

export const DEFAULT_AMOUNTS: Amounts = { many: 3000, sequences: 50, concurrent: 20 }

export const ALL: Projection = { properties: 'all', vectors: true }
export const IDS: Projection = { properties: [], vectors: false }

const text = (name: string) => ({
  name,
  dataType: ['text'],
  tokenization: 'field',
  indexFilterable: false,
  indexSearchable: false,
})

/** The properties of the suite's collections. */
export const PROPERTIES = [
  { ...text('title'), description: 'what it is called' },
  text('body'),
  text(HASH_PROPERTY),
  { name: 'size', dataType: ['int'] },
  { name: 'ratio', dataType: ['number'] },
  { name: 'draft', dataType: ['boolean'] },
  { ...text('tags'), dataType: ['text[]'] },
  { name: 'changed', dataType: ['date'] },
]

/** One open store of a test; `make` creates a collection that is dropped when the test ends. */
export interface World {
  readonly store: Store
  name(suffix: string): string
  make(suffix: string, more?: JsonObject): Promise<Collection>
}

/** Opens the store for one test; afterwards what it made is dropped and the store is closed. */
export async function enter(t: Test, open: Open): Promise<World> {
  const { store, prefix } = await open(t)
  const suffixes = new Set<string>()
  const name = (suffix: string) => {
    suffixes.add(suffix)
    return prefix + suffix
  }
  t.teardown(async () => {
    for (const suffix of suffixes) {
      await store.drop(prefix + suffix).catch(() => false)
      await store.dropAlias(prefix + suffix).catch(() => false)
    }
    await store.close()
  })
  const make = async (suffix: string, more: JsonObject = {}) => {
    await store.create(schemaOf(name(suffix), more))
    return store.collection(name(suffix))
  }
  return { store, name, make }
}

export function schemaOf(name: string, more: JsonObject = {}): CollectionSchema {
  const vectorizer = 'vectorConfig' in more ? {} : { vectorizer: 'none' }
  return {
    class: name,
    description: 'made by the store contract',
    properties: PROPERTIES,
    ...vectorizer,
    ...more,
  }
}

/** A test that opens a store of its own, skipped where the store lacks what it needs. */
export function storeTest(
  t: Test,
  open: Open,
  title: string,
  body: (t: Test, world: World) => Promise<void>,
  needs?: keyof Capabilities,
): Promise<unknown> {
  return t.test(title, async (t) => {
    const world = await enter(t, open)
    if (needs !== undefined && !world.store.supports[needs]) {
      t.pass(title, { skip: `${world.store.kind} does not support ${needs}` })
      return
    }
    await body(t, world)
  })
}

/** The n-th of a sequence of ids, spread evenly over all uuids. */
export function idAt(n: number): string {
  const hex = createHash('md5').update(`store contract ${n}`).digest('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

export function objectAt(n: number, properties: JsonObject = {}): StoredObject {
  return {
    id: idAt(n),
    properties: { title: `title ${n}`, size: n, [HASH_PROPERTY]: `hash ${n}`, ...properties },
  }
}

export const objectsUpTo = (count: number): StoredObject[] =>
  Array.from({ length: count }, (_, n) => objectAt(n))

export const sorted = (ids: Iterable<string>): string[] => [...ids].sort()

/** All objects of the pages, flattened; for collections of a known small size. */
export async function drain(pages: AsyncIterable<StoredObject[]>): Promise<StoredObject[]> {
  const objects: StoredObject[] = []
  for await (const page of pages) objects.push(...page)
  return objects
}

const bits = (row: Float32Array): string =>
  Buffer.from(row.buffer, row.byteOffset, row.byteLength).toString('hex')

const vectorBits = (vector: Vector) =>
  vector instanceof Float32Array ? bits(vector) : vector.map((row) => bits(row))

/** An object as something to compare: without nulls, its vectors bit for bit. */
export function plain(object: StoredObject | undefined): unknown {
  if (object === undefined) return undefined
  const { id, properties, vector, vectors } = object
  const named = Object.entries(vectors ?? {}).map(([name, value]) => [name, vectorBits(value)] as const)
  return {
    id,
    properties: Object.fromEntries(
      Object.entries(properties)
        .filter(([, value]) => value !== null)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
    ...(vector === undefined ? {} : { vector: bits(vector) }),
    ...(named.length === 0
      ? {}
      : { vectors: Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1))) }),
  }
}

/** The one object of that id, or undefined. */
export async function one(
  collection: Collection,
  id: string,
  projection: Projection = ALL,
  tenant?: string,
): Promise<StoredObject | undefined> {
  const found = await collection.readMany([id], projection, tenant === undefined ? {} : { tenant })
  return found[0]
}

/** Checks that it fails with an ElysiaError of that code, or of any where none is given. */
export async function fails(
  t: Test,
  call: () => Promise<unknown>,
  code: ErrorCode | undefined,
  title: string,
) {
  const thrown: unknown = await call().then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(thrown instanceof ElysiaError)) return t.fail(`${title}: no ElysiaError`, { thrown: String(thrown) })
  return t.equal(code ?? thrown.code, thrown.code, `${title} (${thrown.message})`)
}
