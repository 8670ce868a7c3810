// Values that are hard to keep: through every format and compression, and what a server cannot take is said.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openArchive } from '../../../lib/archive/archive.ts'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { exactJson, parseExact } from '../../../lib/core/exactJson.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import type { BackupOptionsInput } from '../../../lib/job/backup/options.ts'
import { restore } from '../../../lib/job/restore/restore.ts'
import { archiveSource } from '../../../lib/job/restore/source/archive.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { openStore } from '../../../lib/store/open.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { parseTarget } from '../../../lib/store/target.ts'
import { weaviateDouble } from '../../double/double.ts'
import { realServer } from '../../double/real.ts'
import { idOf, THING, thing } from '../../job/backup/archived.ts'
import { some } from '../../runs.ts'
import { travel, type Way } from '../trips.ts'
import { HARD, hardObjects } from './hard.ts'

const ENCODINGS: readonly BackupOptionsInput[] = [
  ...(['jsonl', 'json'] as const).flatMap((format) =>
    ['none', 'gzip', 'lz4', 'zstd'].map((compression) => ({ format, compression })),
  ),
  { format: 'jsonl', compression: 'auto', readable: true },
  { format: 'parquet' },
]

async function hard(store: Store): Promise<Store> {
  await store.create(HARD)
  const outcomes = await store.collection('Hard').write(hardObjects())
  const refused = outcomes.find(({ ok }) => !ok)
  if (refused !== undefined) throw new Error(refused.reason)
  return store
}

t.test('every data type with its hardest values goes through every format and compression', async (t) => {
  const [source, target] = [await hard(openMemory()), openMemory()]
  const allowed = { allowMissingVectors: true }
  const sampled = [
    ...some(2, ENCODINGS.slice(0, 4)),
    ...some(2, ENCODINGS.slice(4, 8)),
    ...ENCODINGS.slice(8),
  ]
  for (const written of sampled) {
    const said = `${written.format} ${written.compression ?? ''}`
    const way: Way = {
      shape: 'directory',
      written: { ...written, ...allowed, partSize: 2 ** 19 },
      read: {},
      renamed: false,
    }
    await t.resolves(travel(source, 'Hard', target, 'Hard', way), said)
    await target.drop('Hard')
  }
  for (const shape of ['file', 'pipe'] as const) {
    const way: Way = { shape, written: { ...allowed, compression: 'zstd' }, read: {}, renamed: false }
    await t.resolves(travel(source, 'Hard', target, 'Hard', way), shape)
    await target.drop('Hard')
  }
})

t.test('what SQLite holds of them comes back from Parquet and lines alike', async (t) => {
  const directory = t.testdir()
  const [source, target] = await Promise.all(
    ['source', 'target'].map((name) => openSqlite(join(directory, name))),
  )
  t.teardown(() => Promise.all([source!.close(), target!.close()]))
  await hard(source!)
  for (const written of [{ format: 'parquet' }, { format: 'jsonl' }] as const) {
    const way: Way = {
      shape: 'directory',
      written: { ...written, allowMissingVectors: true },
      read: {},
      renamed: false,
    }
    await t.resolves(travel(source!, 'Hard', target!, 'Hard', way), written.format)
    await target!.drop('Hard')
  }
})

/** Objects that an embedded store keeps and a server does not, with the server's or our reason. */
const UNKEEPABLE: readonly (readonly [properties: StoredObject['properties'], reason: RegExp])[] = [
  [{ text: 'half \ud83d of a pair' }, /surrogate/],
  [{ inner: { text: '\udc00' } }, /surrogate/],
  [{ int: 2n ** 53n + 1n }, /int 9007199254740993 cannot be held/],
  [{ inner: Object.fromEntries([['__proto__', 'text']]) }, /__proto__/],
]
const KEEPABLE: StoredObject['properties'][] = [
  { text: 'whole 🦑\u0000' },
  { int: 2 ** 53 - 1 },
  { int: 2n ** 53n },
  { inner: { text: '' }, date: '2024-05-06T07:08:09.000Z', uuid: '{0B0E5F3C-1A2B-4C3D-8E4F-5A6B7C8D9E0F}' },
  { inner: { date: '2024-05-06T07:08:09.120+00:00' } },
]

async function tellsApart(t: Test, target: Store, name: string): Promise<void> {
  const within = ['text', 'date', '__proto__'].map((one) => ({
    name: one,
    dataType: [one === 'date' ? 'date' : 'text'],
  }))
  const properties = [
    ...['text', 'int', 'date', 'uuid'].map((type) => ({ name: type, dataType: [type] })),
    { name: 'inner', dataType: ['object'], nestedProperties: within },
  ]
  const source = openMemory()
  await source.create({ class: name, vectorizer: 'none', properties })
  const all = [...UNKEEPABLE.map(([bag]) => bag), ...KEEPABLE]
  await source.collection(name).write(all.map((bag, n) => ({ id: idOf(n), properties: bag })))
  const storage = memoryStorage()
  await backup(source, name, storage, {})
  const rejectsPath = join(t.testdir(), 'rejects.jsonl')
  const report = await restore(archiveSource(await openArchive(storage)), target, {}, { rejectsPath })
  t.match(report, {
    written: KEEPABLE.length,
    rejected: { store_rejected: UNKEEPABLE.length },
    verification: { digest_equal: true },
  })
  const rejects = readFileSync(rejectsPath, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => parseExact(line) as unknown as { id: string; object?: StoredObject })
  for (const [n, [bag, reason]] of UNKEEPABLE.entries()) {
    const reject = rejects.find(({ id }) => id === idOf(n))
    t.match(reject, { reason }, exactJson(bag))
    t.strictSame(
      exactJson(reject?.object?.properties ?? null),
      exactJson(bag),
      'and it is whole in the rejects',
    )
  }
}

t.test('what a server cannot keep is rejected by id and reason, and the rest is kept', async (t) => {
  const double = await weaviateDouble()
  const store = await openStore(parseTarget(double.target))
  t.teardown(async () => {
    await store.close()
    await double.stop()
  })
  await tellsApart(t, store, 'RtApart')
})

const NO_SERVER = realServer() === undefined && 'set ELYSIACTL_TEST_WEAVIATE=http://HOST:PORT[,GRPCPORT]'

t.test('what a real server cannot keep is rejected as well', { skip: NO_SERVER }, async (t) => {
  const { http, grpc } = realServer()!
  const store = await openStore(parseTarget(`${http}?grpc=${grpc}`))
  const name = `RtApart${Math.random().toString(36).slice(2, 7)}`
  t.teardown(async () => {
    await store.drop(name)
    await store.close()
  })
  await tellsApart(t, store, name)
})

t.test('a vector with NaN or infinity ends a backup in every format, and names its object', async (t) => {
  for (const written of ENCODINGS) {
    for (const wrong of some(1, [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])) {
      const store = openMemory()
      await store.create(THING)
      const objects = [thing(1), { ...thing(2), vector: Float32Array.of(1, wrong, 3) }, thing(3)]
      t.ok(
        (await store.collection('Thing').write(objects)).every(({ ok }) => ok),
        'a store in memory keeps it',
      )
      const files: Files = new Map()
      await t.rejects(
        backup(store, 'Thing', memoryStorage(files), written),
        { message: new RegExp(`^(?=.*${idOf(2)}).*(NaN or infinity|not finite)`) },
        `${wrong} ${written.format} ${written.compression}`,
      )
      t.notOk(files.has('manifest.json'))
    }
  }
})
