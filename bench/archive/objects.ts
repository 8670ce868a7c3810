import { rmSync } from 'node:fs'
import type { StoredObject } from '../../lib/core/object.ts'
import { openSqlite } from '../../lib/store/sqlite/store.ts'
import type { Collection, CollectionSchema } from '../../lib/store/store.ts'
import { plainClass, textAt } from '../weaviate/data.ts'

/** How many objects, how wide their vectors are (0: they have none), and how many characters of text they hold. */
export interface Shape {
  readonly count: number
  readonly width: number
  readonly textLength: number
}

const BATCH = 500

/** Spreads numbers over all ids, each to another one. */
const SPREAD = 2_654_435_761

/** A class without words to search, and with an index of vectors that is hnsw, as servers make it, or flat. */
export function archiveClass(name: string, index = 'hnsw'): CollectionSchema {
  return { ...plainClass(name), vectorIndexType: index }
}

/** The same object for the same number. */
export function archiveObject(n: number, { width, textLength }: Shape): StoredObject {
  const first = (Math.imul(n, SPREAD) >>> 0).toString(16).padStart(8, '0')
  const body = textAt(n, textLength)
  return {
    id: `${first}-aaaa-4aaa-8aaa-${n.toString(16).padStart(12, '0')}`,
    properties: { title: `title ${n}`, body, language: 'text', size: n, draft: n % 2 === 0 },
    ...(width > 0 && { vector: vectorAt(n, width) }),
  }
}

/** Numbers as a model's are: of length 1, their sign and last bits without any order. */
function vectorAt(n: number, width: number): Float32Array {
  const vector = new Float32Array(width)
  let state = Math.imul(n + 1, SPREAD)
  let squares = 0
  for (let at = 0; at < width; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const value = state / 2 ** 32 + (Math.imul(state, SPREAD) >>> 0) / 2 ** 32 - 1
    vector[at] = value
    squares += value * value
  }
  const length = Math.sqrt(squares)
  for (let at = 0; at < width; at++) vector[at]! /= length
  return vector
}

/** All objects of a shape, a batch at a time. */
export function* batches(shape: Shape): Generator<StoredObject[]> {
  for (let from = 0; from < shape.count; from += BATCH) {
    const length = Math.min(BATCH, shape.count - from)
    yield Array.from({ length }, (_, at) => archiveObject(from + at, shape))
  }
}

/** Writes all objects of a shape. */
export async function fill(collection: Collection, shape: Shape): Promise<void> {
  for (const batch of batches(shape)) {
    const refused = (await collection.write(batch)).find(({ ok }) => !ok)
    if (refused !== undefined) throw new Error(refused.reason)
  }
}

/** An embedded store that holds such objects and nothing else. */
export async function makeStore(path: string, name: string, shape: Shape): Promise<void> {
  removeStore(path)
  const store = await openSqlite(path)
  await store.create(archiveClass(name))
  await fill(store.collection(name), shape)
  await store.close()
}

export function removeStore(path: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
}
