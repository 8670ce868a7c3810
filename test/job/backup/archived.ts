import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import type { CollectionSchema } from '../../../lib/core/schema.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import type { BackupOptionsInput } from '../../../lib/job/backup/options.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Store } from '../../../lib/store/store.ts'

export const THING: CollectionSchema = {
  class: 'Thing',
  vectorizer: 'none',
  vectorIndexType: 'hnsw',
  properties: [
    { name: 'title', dataType: ['text'] },
    { name: 'count', dataType: ['int'] },
    { name: 'kind', dataType: ['text'] },
  ],
}

/** An id whose order is that of `n`, spread over all ids there are where `of` is how many. */
export function idOf(n: number, of = 1000): string {
  const high = Math.floor((n * 0xffffffff) / of)
  return `${high.toString(16).padStart(8, '0')}-0000-4000-8000-${n.toString(16).padStart(12, '0')}`
}

export function thing(n: number, of?: number): StoredObject {
  return {
    id: idOf(n, of),
    properties: { title: `thing ${n}`, count: n, kind: ['red', 'green', 'blue'][n % 3]! },
    vector: Float32Array.of(n, -n, 0.1),
  }
}

/** A store in memory with so many things. */
export async function things(count: number, schema = THING): Promise<Store> {
  const store = openMemory()
  await store.create(schema)
  await store.collection(schema.class).write(Array.from({ length: count }, (_, n) => thing(n, count)))
  return store
}

/** An archive in memory of so many things, and its files. */
export async function archiveOf(count: number, options: BackupOptionsInput = {}): Promise<Files> {
  const files: Files = new Map()
  await backup(await things(count), 'Thing', memoryStorage(files), { compression: 'none', ...options })
  return files
}
