import { spawnSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { openArchive } from '../../../lib/archive/archive.ts'
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import type { BackupOptionsInput } from '../../../lib/job/backup/options.ts'
import type { RestoreOptionsInput } from '../../../lib/job/restore/options.ts'
import { restore, runRestore } from '../../../lib/job/restore/restore.ts'
import { archiveSource } from '../../../lib/job/restore/source/archive.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { THING, thing } from '../backup/archived.ts'
import { directory, TARGETS } from '../targets.ts'

const OBJECTS = 400
const COMMAND = fileURLToPath(new URL('../../../bin/elysiactl.js', import.meta.url))

const NAMED = {
  ...THING,
  vectorIndexType: undefined,
  vectorConfig: { words: { vectorizer: { none: {} }, vectorIndexType: 'hnsw' } },
  multiTenancyConfig: { enabled: true },
}

/** An archive in a directory: of things, or of things of two tenants with named vectors. */
async function archive(
  t: Test,
  options: BackupOptionsInput = {},
  schema: typeof THING | typeof NAMED = THING,
) {
  const store = openMemory()
  await store.create(JSON.parse(JSON.stringify(schema)))
  const of = Array.from({ length: OBJECTS }, (_, n): StoredObject => {
    const object = thing(n, OBJECTS)
    return n % 7 === 0
      ? { ...object, properties: { title: '„\u0001👍', count: 2n ** 60n + BigInt(n) } }
      : object
  })
  if (schema === NAMED) {
    await store.createTenants('Thing', ['a', 'b'])
    for (const tenant of ['a', 'b']) {
      const own = of.map(({ vector, ...one }) => ({ ...one, tenant, vectors: { words: vector! } }))
      await store.collection('Thing').write(own, { tenant })
    }
  } else await store.collection('Thing').write(of)
  const place = join(directory(t), 'archive')
  await backup(store, 'Thing', directoryStorage(place), { partSize: 12_000, ...options })
  return place
}

async function restored(place: string, store: Store, options: RestoreOptionsInput) {
  return restore(archiveSource(await openArchive(directoryStorage(place))), store, options)
}

async function contents(store: Store, tenant?: string): Promise<StoredObject[]> {
  const all: StoredObject[] = []
  const call = tenant === undefined ? {} : { tenant }
  const what = { properties: 'all', vectors: true, times: store.kind !== 'weaviate' } as const
  for await (const page of store.collection('Thing').read(what, {}, call)) all.push(...page)
  return all
}

// What threads do ends before the store: the server is the store that could tell the most apart.
t.test('into a server, threads give the same objects and the same report', async (t) => {
  const place = await archive(t, { compression: 'zstd' })
  const target = TARGETS['a Weaviate server']
  const [plain, threaded] = [await target(t), await target(t)]
  const before = await restored(place, plain, { threads: '0' })
  const after = await restored(place, threaded, { threads: '2' })
  t.strictSame(await contents(threaded), await contents(plain))
  for (const field of ['objects', 'written', 'rejected', 'vectors', 'verification'] as const)
    t.strictSame(after[field], before[field], field)
})

t.test('tenants, named vectors, Parquet, and a filter give the same with threads', async (t) => {
  for (const options of [{}, { format: 'parquet' }] as const) {
    const place = await archive(t, options, NAMED)
    const [plain, threaded] = [openMemory(), openMemory()]
    const filter = "kind <> 'red'"
    const before = await restored(place, plain, { threads: '0', filter })
    const after = await restored(place, threaded, { threads: '1', filter })
    for (const tenant of ['a', 'b'])
      t.strictSame(await contents(threaded, tenant), await contents(plain, tenant))
    t.strictSame([after.written, after.filtered], [before.written, before.filtered])
    t.ok(after.written > 0 && (after.filtered ?? 0) > 0)
  }
})

t.test('a part that was changed ends it before anything of it is written, and is named', async (t) => {
  const place = await archive(t, { compression: 'none' })
  const [first] = readdirSync(join(place, 'parts')).sort()
  const file = join(place, 'parts', first!)
  chmodSync(file, 0o600)
  const bytes = readFileSync(file)
  bytes[bytes.length - 40]! ^= 1
  writeFileSync(file, bytes)
  const source = archiveSource(await openArchive(directoryStorage(place)))
  const store = openMemory()
  const { report, error } = await runRestore(source, store, { threads: '1', workers: 1 })
  t.match(error, { code: 'ELYSIA_DAMAGED', part: `parts/${first}`, hint: /--skip-damaged/ })
  t.equal(report.written, 0)
  const left = await restored(place, store, { threads: '1', skipDamaged: true, name: 'Other' })
  t.ok(left.written > 0 && left.written < OBJECTS, `${left.written} of the other parts`)
})

t.test('killed between parts, the same command goes on with threads', async (t) => {
  const place = await archive(t)
  const home = directory(t)
  const words = ['col', 'restore', place, '--target', `sqlite:${home}/store.db`, '--threads', '1', '--json']
  const run = (failpoint?: string) => {
    const env = { ...process.env, XDG_DATA_HOME: `${home}/data`, XDG_STATE_HOME: `${home}/state` }
    const killing = failpoint === undefined ? {} : { ELYSIACTL_TEST: '1', ELYSIACTL_FAILPOINT: failpoint }
    return spawnSync(process.execPath, [COMMAND, ...words], { encoding: 'utf8', env: { ...env, ...killing } })
  }
  t.equal(run('restore.after-note:2').signal, 'SIGKILL')
  const again = run()
  t.equal(again.status, 0, again.stderr)
  const [report] = JSON.parse(again.stdout).restores
  t.match(report, { objects: OBJECTS, written: OBJECTS })
  t.ok(report.parts_continued > 0, `${report.parts_continued} parts were done`)
  const store = await openSqlite(join(home, 'store.db'))
  t.equal((await contents(store)).length, OBJECTS)
  await store.close()
})
