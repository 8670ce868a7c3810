import t, { type Test } from 'tap'
import { openArchive } from '../../lib/archive/archive.ts'
import { type Files, memoryPlace } from '../../lib/archive/memoryPlace.ts'
import { backup } from '../../lib/job/backup.ts'
import { restore, runRestore } from '../../lib/job/restore.ts'
import { archiveSource } from '../../lib/job/restoreArchive.ts'
import type { StoredObject } from '../../lib/object.ts'
import { openMemory } from '../../lib/store/memory.ts'
import { openSqlite } from '../../lib/store/sqlite.ts'
import type { Store } from '../../lib/store/store.ts'
import { openStore, parseTarget } from '../../lib/store/target.ts'
import { weaviateDouble } from '../double/double.ts'
import { archiveOf, THING, thing, things } from './archived.ts'

const SMALL = { partSize: 20_000, compression: 'zstd' } as const

async function sourceOf(files: Files) {
  return archiveSource(await openArchive(memoryPlace(files)))
}

async function objectsOf(store: Store, name: string, tenant?: string): Promise<StoredObject[]> {
  const objects: StoredObject[] = []
  const what = { properties: 'all', vectors: true, references: true } as const
  const call = tenant === undefined ? {} : { tenant }
  for await (const page of store.collection(name).read(what, {}, call)) objects.push(...page)
  return objects
}

const TARGETS: Readonly<Record<string, (t: Test) => Promise<Store>>> = {
  memory: async () => openMemory(),
  sqlite: async (t) => {
    const store = await openSqlite(`${t.testdir()}/store.db`)
    t.teardown(() => store.close())
    return store
  },
  'a Weaviate server': async (t) => {
    const double = await weaviateDouble()
    const store = await openStore(parseTarget(double.target))
    t.teardown(async () => {
      await store.close()
      await double.stop()
    })
    return store
  },
}

for (const [name, open] of Object.entries(TARGETS)) {
  t.test(`what was backed up is there again in ${name}, object by object`, async (t) => {
    const store = await open(t)
    const report = await restore(await sourceOf(await archiveOf(1200, SMALL)), store, { batchSize: 100 })
    t.match(report, {
      status: 'done',
      collection: 'Thing',
      class: 'Thing',
      objects: 1200,
      written: 1200,
      rejected: 0,
      skipped: 0,
      vectors: 1200,
      verification: { count: 1200, expected: 1200, digest_equal: true },
    })
    t.ok(report.parts > 3, `${report.parts} parts`)
    t.strictSame(await objectsOf(store, 'Thing'), await objectsOf(await things(1200), 'Thing'))
  })
}
