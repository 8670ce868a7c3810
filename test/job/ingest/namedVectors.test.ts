// What a backup says of objects that lack some of their vectors.
import t from 'tap'
import { openArchive } from '../../../lib/archive/archive.ts'
import { memoryStorage } from '../../../lib/archive/storage/memory.ts'
import type { CollectionSchema } from '../../../lib/core/schema.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import type { BackupOptionsInput } from '../../../lib/job/backup/options.ts'
import { restore } from '../../../lib/job/restore/restore.ts'
import { archiveSource } from '../../../lib/job/restore/source/archive.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { texts } from '../../run/listening.ts'
import { idOf, things } from '../backup/archived.ts'
import { objectsOf } from '../restore/restored.ts'

const index = { vectorizer: { none: {} }, vectorIndexType: 'hnsw' }
const NAMED: CollectionSchema = {
  class: 'Thing',
  properties: [{ name: 'n', dataType: ['int'] }],
  vectorConfig: { body: index, title: index },
}

/** Objects by the names of the vectors that each has. */
async function storeOf(names: readonly (readonly string[])[], schema = NAMED): Promise<Store> {
  const store = openMemory()
  await store.create(schema)
  const vectors = (all: readonly string[]) =>
    all.length === 0 ? {} : { vectors: Object.fromEntries(all.map((name) => [name, Float32Array.of(1, 2)])) }
  await store
    .collection('Thing')
    .write(names.map((all, n) => ({ id: idOf(n), properties: { n }, ...vectors(all) })))
  return store
}

async function backedUp(store: Store, options: BackupOptionsInput = {}) {
  const [place, notices] = [memoryStorage(), [] as string[]]
  await backup(store, 'Thing', place, options, { onEvent: texts(notices) })
  return { place, notices, manifest: (await openArchive(place)).manifest }
}

t.test('of several named vectors each is counted, whatever the others make up for', async (t) => {
  const both = ['body', 'title']
  const lacking = await storeOf([both, both, ['body'], both])
  await t.rejects(backedUp(lacking), { code: 'ELYSIA_INCOMPLETE', message: /3 vectors title for 4 objects/ })
  const { manifest } = await backedUp(lacking, { allowMissingVectors: true, partSize: 4096 })
  t.strictSame(manifest.parts[0]!.named_vectors, { body: 4, title: 3 })
  t.match((await backedUp(await storeOf([both, both]))).notices, [])
})

t.test(
  'a name that no object has a vector of is said, and is a failure only where a model makes them',
  async (t) => {
    const { notices } = await backedUp(await storeOf([['body'], ['body']]))
    t.match(notices.join(), /no object of Thing has a vector title/)
    const modeled = { ...index, vectorizer: { 'text2vec-openai': {} } }
    const schema = { ...NAMED, vectorConfig: { body: index, title: modeled } }
    const store = await storeOf([['body'], ['body']], schema)
    await t.rejects(backedUp(store), { code: 'ELYSIA_INCOMPLETE', message: /0 vectors title for 2 objects/ })
  },
)

t.test(
  'an archive of Parquet says what its pages are compressed with, and older ones are read',
  async (t) => {
    const store = await things(50)
    const { place, manifest } = await backedUp(store, { format: 'parquet' })
    t.match(manifest.encoding, { format: 'parquet', compression: 'zstd' })
    t.match(manifest.parts[0]!.file, /\.parquet$/)
    for (const compression of ['zstd', 'none'] as const) {
      const source = archiveSource({
        ...(await openArchive(place)),
        manifest: { ...manifest, encoding: { ...manifest.encoding, compression } },
      })
      const target = openMemory()
      await restore(source, target, {})
      t.same(await objectsOf(target, 'Thing'), await objectsOf(store, 'Thing'))
    }
  },
)
