import t, { type Test } from 'tap'
import { openArchive } from '../../../lib/archive/archive.ts'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import type { BackupOptionsInput } from '../../../lib/job/backup/options.ts'
import { verify } from '../../../lib/job/verify/verify.ts'
import { openStore } from '../../../lib/store/open.ts'
import type { Collection, Store } from '../../../lib/store/store.ts'
import { parseTarget } from '../../../lib/store/target.ts'
import { weaviateDouble } from '../../double/double.ts'
import { texts } from '../../run/listening.ts'
import { idOf, THING, thing } from '../backup/archived.ts'
import { hurry } from '../hurry.ts'
import { overriding } from '../ingest/overriding.ts'

const COUNT = 400

async function server(t: Test) {
  const double = await weaviateDouble()
  const store = await openStore(parseTarget(double.target))
  t.teardown(async () => {
    await store.close()
    await double.stop()
  })
  await store.create(THING)
  await store.collection('Thing').write(Array.from({ length: COUNT }, (_, n) => thing(n, COUNT)))
  return { double, store }
}

async function archived(store: Store, options: BackupOptionsInput, said: string[] = []) {
  const files: Files = new Map()
  const all = { compression: 'none', partSize: 4096, explain: true, ...options } as const
  await backup(store, 'Thing', memoryStorage(files), all, { onEvent: texts(said) })
  return { files, said, manifest: (await openArchive(memoryStorage(files))).manifest }
}

t.test('what a server finds by its indexes makes the same archive as a scan', async (t) => {
  const { store } = await server(t)
  const filters = [
    'count < 20',
    "count BETWEEN 100 AND 130 AND kind <> 'red'",
    "title = 'thing 7' OR count = 3",
  ]
  for (const filter of filters) {
    const searched = await archived(store, { filter, workers: 3 })
    const scanned = await archived(store, { filter, pushDown: false })
    t.equal(searched.manifest.totals.digest, scanned.manifest.totals.digest, filter)
    t.ok(searched.manifest.totals.objects > 0)
    const live = { against: { store } }
    t.strictSame((await verify(memoryStorage(searched.files), { level: 'live' }, live)).faults, [])
  }
})

t.test(
  '--explain says what the server is asked, what it is expected to find, and what was read',
  async (t) => {
    const { store } = await server(t)
    const { said, manifest } = await archived(store, { filter: "count < 30 AND kind = 'red'" })
    t.match(said, [
      /^filter: asks the server for count < 30 AND kind = 'red', 10 of 400 objects; evaluated here: count < 30 AND kind = 'red'$/,
      /^filter: 10 objects read, 10 selected$/,
    ])
    t.match(manifest.counts, { before: 10, after: 10, written: 10, filtered: 0 })
    t.match(manifest.consistency, /a search for count < 30 AND kind = 'red'.*agree/)
    const most = await archived(store, { filter: 'count < 300' })
    t.match(
      most.said[0],
      /^filter: scans all objects: a search for count < 300 would find 300 of 400 objects; evaluated/,
    )
    const none = await archived(store, { filter: "NOT kind = 'red'" })
    t.match(none.said[0], /scans all objects: the server can answer no part of it without loss/)
    const off = await archived(store, { filter: 'count < 30', pushDown: false })
    t.match(off.said, [/scans all objects: the server is not asked/, /400 objects read, 30 selected/])
  },
)

t.test('a condition that the server refuses is evaluated here', async (t) => {
  const { double, store } = await server(t)
  double.faults.inject({
    fault: 'status',
    code: 'UNKNOWN',
    text: 'no index',
    on: 'Aggregate',
    skip: 1,
    count: 1,
  })
  const { said, manifest } = await archived(store, { filter: 'count < 30' })
  t.match(said.join('\n'), /scans all objects: .*no index/)
  t.equal(manifest.totals.objects, 30)
})

t.test('a search that gives less than the server counts is no backup', async (t) => {
  hurry(t)
  const { store } = await server(t)
  const lossy = overriding(store, {
    collection: (name: string) => withholding(store.collection(name)),
  })
  await t.rejects(archived(lossy, { filter: 'count < 30' }), { code: 'ELYSIA_INCOMPLETE' })
})

/** Keeps one id to itself. */
function withholding(collection: Collection): Collection {
  return overriding(collection, {
    async *idsWhere(...args: Parameters<NonNullable<Collection['idsWhere']>>) {
      for await (const ids of collection.idsWhere!(...args)) yield ids.filter((id) => id !== idOf(7, COUNT))
    },
  })
}
