import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { openArchive } from '../../../lib/archive/archive.ts'
import { singleHeader } from '../../../lib/archive/single/lines.ts'
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import type { Catalog } from '../../../lib/catalog/catalog.ts'
import { IndexDamaged } from '../../../lib/catalog/database/database.ts'
import { lockRoot } from '../../../lib/catalog/lock/lock.ts'
import { openCatalog, withCatalog } from '../../../lib/catalog/open.ts'
import type { RetentionOptionsInput } from '../../../lib/catalog/retention/options.ts'
import { parsePeriod } from '../../../lib/core/duration.ts'
import { type CleanupContext, cleanUp, planCleanup, runCleanup } from '../../../lib/job/cleanup/cleanup.ts'
import { manifest, planned, writeArchive, writeUnfinished } from '../../catalog/archives.ts'
import { policy } from '../../catalog/retention/candidates.ts'
import { on, texts } from '../../run/listening.ts'
import { oneFile } from '../../run/oneFile.ts'
import { somePoints } from '../runs.ts'

const PROCESS = oneFile(new URL('./cleanupProcess.ts', import.meta.url))
const timing = { settleMs: 5 }

/** A root with a new and two old archives, of which one is an increment of the other, and an unfinished one. */
async function root(t: Test) {
  const directory = t.testdir()
  const backups = `${directory}/backups`
  const old = { started: '2026-01-01T00:00:00.000Z' }
  const contents = ['one\n', 'two\n']
  writeArchive(`${backups}/Article/base`, manifest({ ...old, id: 'archive-base', contents }), contents)
  const later = { started: '2026-01-02T00:00:00.000Z', parent: 'archive-base' }
  writeArchive(`${backups}/Article/inc`, manifest({ ...later, id: 'archive-inc', contents }), contents)
  writeArchive(`${backups}/Article/new`, manifest({ id: 'archive-new', contents }), contents)
  writeUnfinished(`${backups}/Article/begun`, planned({ ...old, id: 'archive-begun' }))
  const file = `${directory}/state/catalog.db`
  const catalog = await openCatalog({ file, defaultRoot: backups })
  t.teardown(() => catalog.close())
  return { backups, file, catalog }
}

function clean(catalog: Catalog, input: RetentionOptionsInput, context: CleanupContext = {}, filter = {}) {
  const history = parsePeriod('1y', 'history')
  return cleanUp(catalog, { filter, policy: policy(input), history }, { timing, ...context })
}

const ids = (all: readonly { readonly id: string }[]) =>
  all.map(({ id }) => id.replace('archive-', '')).join(' ')

t.test(
  'a plan touches nothing; a cleanup removes files and directory, increments first, and keeps history',
  async (t) => {
    const { backups, catalog } = await root(t)
    const input = { keepLast: '1', failedAfter: '0h' }
    const plan = planCleanup(catalog, { filter: {}, policy: policy(input), history: parsePeriod('1y', '') })
    t.match(plan, { status: 'planned', removed: [], bytes: 16 })
    t.ok(existsSync(`${backups}/Article/base/manifest.json`))
    const report = await clean(catalog, input)
    t.match(report, {
      status: 'done',
      removed: ['archive-inc', 'archive-base', 'archive-begun'],
      bytes: 16,
      failed: [],
    })
    for (const name of ['base', 'inc', 'begun']) t.notOk(existsSync(`${backups}/Article/${name}`), name)
    t.equal((await openArchive(directoryStorage(`${backups}/Article/new`))).manifest.id, 'archive-new')
    t.equal(ids(catalog.list({ sort: 'id' })), 'new')
    t.equal(ids(catalog.list({ status: ['deleted'], sort: 'id' })), 'base begun inc')
    t.same((await clean(catalog, input)).removed, [], 'again it removes nothing')
    t.same(await clean(catalog, { olderThan: '1d' }).then(({ removed }) => removed), [])
  },
)

t.test(
  'a catalog that turns out to be damaged is made again, and the cleanup comes to its end',
  async (t) => {
    const { backups, file, catalog } = await root(t)
    catalog.close()
    let opened = 0
    const cleanup = {
      filter: {},
      policy: policy({ keepLast: '1', failedAfter: '0h' }),
      history: parsePeriod('1y', ''),
    }
    const { report, error } = await withCatalog({ file, defaultRoot: backups }, (catalog) => {
      if (++opened === 1) {
        catalog.forgetDeleted = () => {
          throw new IndexDamaged(file, new Error('a page is not what it was'))
        }
      }
      return runCleanup(catalog, cleanup, { timing })
    })
    t.equal(opened, 2)
    t.equal(error, undefined)
    t.match(report, { status: 'done', failed: [] })
    t.same(readdirSync(`${backups}/Article`), ['new'])
  },
)

t.test('a cleanup of archives wherever they lie names the directories that it locked', async (t) => {
  const { backups, catalog } = await root(t)
  const said: unknown[] = []
  await clean(catalog, { keepLast: '1' }, { onEvent: on('run_started', ({ target }) => said.push(target)) })
  t.same(said, [backups])
})

t.test('history is forgotten when its time is over', async (t) => {
  const { catalog } = await root(t)
  await clean(catalog, { keepLast: '1', failedAfter: '0h' })
  const later = { now: Date.now() + 400 * 86_400_000 }
  await clean(catalog, { keepLast: '1' }, later)
  t.same(catalog.list({ status: ['deleted'] }), [])
})

const POINTS = [
  ...[
    'after-row',
    'after-marker',
    'after-manifest',
    'after-part',
    'after-part:2',
    'before-marker',
    'before-directory',
  ],
  ...['before-tombstone', 'after-marker:2', 'before-parts:3', 'before-tombstone:3'],
]

/** The files of a directory; none where there is no directory. */
function leftOf(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : []
}

/** Runs a cleanup as a process, which dies at a point. */
function cleanupProcess(file: string, point: string) {
  const own = { ELYSIACTL_TEST: '1', ELYSIACTL_FAILPOINT: `cleanup.${point}` }
  return spawnSync(process.execPath, [PROCESS, file], { env: { ...process.env, ...own }, encoding: 'utf8' })
}

for (const lost of [false, true]) {
  t.test(
    `killed at any step${lost ? ', and the catalog lost,' : ''} the next cleanup finishes it`,
    async (t) => {
      for (const point of somePoints(
        POINTS.filter((one) => !lost || !one.includes(':')),
        lost ? 2 : 4,
      )) {
        const { backups, file, catalog } = await root(t)
        catalog.close()
        t.equal(cleanupProcess(file, point).signal, 'SIGKILL', point)
        await noneFalselyWhole(t, backups, point)
        if (lost) for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true })
        const after = await openCatalog({ file })
        // What the catalog came to know this very millisecond is just at the bound, and would stay.
        const later = { now: Date.now() + 1 }
        t.same((await clean(after, { keepLast: '1', failedAfter: '0h' }, later)).failed, [], point)
        for (const name of ['base', 'inc', 'begun'])
          t.same(leftOf(`${backups}/Article/${name}`), [], `${point} ${name}`)
        t.equal(ids(after.list()), 'new', point)
        t.equal((await openArchive(directoryStorage(`${backups}/Article/new`))).manifest.id, 'archive-new')
        after.close()
      }
    },
  )
}

/** Whatever has a manifest has all of its parts. */
async function noneFalselyWhole(t: Test, backups: string, point: string): Promise<void> {
  for (const name of ['base', 'inc', 'new']) {
    const storage = directoryStorage(`${backups}/Article/${name}`)
    if ((await storage.bytes('manifest.json')) === undefined) continue
    for (const { file, bytes } of (await openArchive(storage)).manifest.parts) {
      t.equal(await storage.bytes(file), bytes, `${point}: ${name} has ${file}`)
    }
  }
}

t.test('a root that another process works in is not cleaned, and its running backup stays', async (t) => {
  const { backups, catalog } = await root(t)
  const at = { root: backups, location: `${backups}/Article/run`, shape: 'directory' } as const
  catalog.record(planned({ id: 'archive-run', started: '2026-01-01T00:00:00.000Z' }), at, 'running')
  const lock = await lockRoot(backups, { kind: 'shared', purpose: 'backup of Article', timing })
  await t.rejects(clean(catalog, { keepLast: '1' }), { code: 'ELYSIA_LOCKED', message: /backup of Article/ })
  t.equal(ids(catalog.list({ status: ['running'] })), 'run')
  await lock.release()
  await clean(catalog, { keepLast: '1' })
  t.match(catalog.get('archive-run'), { status: 'partial' }, 'whose process is gone')
})

t.test('a pinned archive and files that are not of an archive stay', async (t) => {
  const { backups, catalog } = await root(t)
  await catalog.annotate('archive-base', { pinned: true })
  writeFileSync(`${backups}/Article/inc/mine.txt`, 'mine')
  const said: string[] = []
  const report = await clean(catalog, { keepLast: '1' }, { onEvent: texts(said) })
  t.same(report.removed, ['archive-inc'])
  t.match(said, [/mine.txt/])
  t.equal(readFileSync(`${backups}/Article/inc/mine.txt`, 'utf8'), 'mine')
})

t.test('another archive in the place of one is not removed in its stead', async (t) => {
  const { backups, catalog } = await root(t)
  writeArchive(`${backups}/Article/base`, manifest({ id: 'archive-else', contents: ['x'] }), ['x'])
  const report = await clean(catalog, { keepLast: '1' })
  t.same(report.removed, ['archive-inc'])
  t.match(report.failed, [{ id: 'archive-base', message: /archive-else/ }])
  t.ok(existsSync(`${backups}/Article/base/manifest.json`))
  t.equal(catalog.get('archive-base').status, 'complete')
})

t.test('what an increment that could not be removed needs stays', async (t) => {
  const { backups, catalog } = await root(t)
  writeArchive(`${backups}/Article/inc`, manifest({ id: 'archive-else', contents: ['x'] }), ['x'])
  const report = await clean(catalog, { keepLast: '1' })
  t.match(report, { removed: [], failed: [{ id: 'archive-inc' }, { id: 'archive-base' }] })
})

t.test('archives of a disk that is not mounted are not taken for removed', async (t) => {
  const { backups, catalog } = await root(t)
  rmSync(backups, { recursive: true })
  const report = await clean(catalog, { keepLast: '1' })
  t.same(report.removed, [])
  t.match(
    report.failed.map(({ message }) => message),
    [/is not there/, /could not|is not there/],
  )
  t.notOk(existsSync(backups), 'and no directory is made in its place')
  t.equal(ids(catalog.list({ status: ['complete'], sort: 'id' })), 'base inc new')
})

t.test('an archive that is gone already becomes history', async (t) => {
  const { backups, catalog } = await root(t)
  rmSync(`${backups}/Article/inc`, { recursive: true })
  t.same((await clean(catalog, { keepLast: '1' })).removed, ['archive-inc', 'archive-base'])
})

t.test('a single file goes with its annotations', async (t) => {
  const { backups, catalog } = await root(t)
  const location = `${backups}/old.jsonl.zst`
  const told = { id: 'archive-file', started: '2026-01-01T00:00:00.000Z', tags: ['file'] }
  writeFileSync(location, singleHeader(planned(told)))
  catalog.upsert(manifest(told), { root: backups, location, shape: 'file' })
  await catalog.annotate('archive-file', { note: 'old' })
  t.ok(existsSync(`${location}.annotations.json`))
  mkdirSync(`${backups}/other`)
  const report = await clean(catalog, { unsafeAllowRemoveAll: true, allowLast: true }, {}, { tags: ['file'] })
  t.same(report.removed, ['archive-file'])
  t.notOk(existsSync(location))
  t.notOk(existsSync(`${location}.annotations.json`))
})

t.test('a cleanup that lost its lock stops before the next archive', async (t) => {
  const { backups, catalog } = await root(t)
  const onEvent = on('archive_removed', () => rmSync(`${backups}/.locks`, { recursive: true, force: true }))
  await t.rejects(clean(catalog, { keepLast: '1' }, { onEvent }), {
    code: 'ELYSIA_LOCKED',
    message: /taken away/,
  })
  t.equal(ids(catalog.list({ status: ['complete'], sort: 'id' })), 'base new')
})
