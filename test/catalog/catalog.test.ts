import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import t from 'tap'
import { Catalog } from '../../lib/catalog/catalog.ts'
import { openCatalog, withCatalog } from '../../lib/catalog/open.ts'
import { rebuildRoot } from '../../lib/catalog/rebuild.ts'
import { backupCataloged } from '../../lib/job/backup/cataloged.ts'
import { backupFile, runBackupFile } from '../../lib/job/backup/destination.ts'
import type { RunEvent } from '../../lib/run/event/schema.ts'
import { things } from '../job/backup/archived.ts'
import { texts } from '../run/listening.ts'
import { manifest, planned, writeArchive, writeUnfinished } from './archives.ts'

function at(id: string, root = '/backups') {
  return { root, location: `${root}/${id}`, shape: 'directory' as const }
}

/** A catalog in memory of archives a-1 … a-4. */
function filled(): Catalog {
  const catalog = new Catalog(':memory:')
  const day = (number: number) => `2026-06-0${number}T00:00:00.000Z`
  catalog.upsert(manifest({ id: 'archive-a1', started: day(1), tags: ['nightly', 'x y'] }), at('a1'))
  catalog.upsert(
    manifest({ id: 'archive-a2', started: day(2), collection: 'Book', contents: ['a', 'b'] }),
    at('a2'),
  )
  catalog.upsert(
    manifest({
      id: 'archive-b3',
      started: day(3),
      tags: ['nightly'],
      note: 'before the move',
      parent: 'archive-a1',
    }),
    at('b3'),
  )
  catalog.record(planned({ id: 'archive-b4', started: day(4) }), at('b4'), 'running')
  return catalog
}

const ids = (all: readonly { readonly id: string }[]) =>
  all.map(({ id }) => id.replace('archive-', '')).join(' ')

t.test('an archive is listed with what its manifest says', async (t) => {
  const catalog = filled()
  t.match(catalog.list({ collection: 'Book' }), [
    {
      id: 'archive-a2',
      status: 'complete',
      collection: 'Book',
      cluster: 'http://here:8080',
      started: '2026-06-02T00:00:00.000Z',
      location: '/backups/a2',
      format: 'jsonl',
      compression: 'zstd:3',
      objects: 2,
      bytes: 2,
      raw_bytes: 20,
      parts: 2,
      version: '1.37.2',
      pinned: false,
    },
  ])
  t.match(catalog.get('archive-b3'), {
    parent: 'archive-a1',
    note: 'before the move',
    manifest: {
      tool: { name: 'elysiactl' },
      vector_indexes: [{ name: 'text', index: 'hnsw', distance: 'dot' }],
    },
    verifications: [],
  })
  t.same(catalog.count(), { archives: 4, bytes: 12 })
})

t.test('filters, expressions and orders', async (t) => {
  const catalog = filled()
  for (const [filter, found] of [
    [{}, 'b4 b3 a2 a1'],
    [{ limit: 2 }, 'b4 b3'],
    [{ since: '2026-06-02', until: '2026-06-04' }, 'b3 a2'],
    [{ since: '2026-06-02T02:00+02:00' }, 'b4 b3 a2'],
    [{ since: '1h' }, ''],
    [{ tags: ['nightly'] }, 'b3 a1'],
    [{ tags: ['nightly', 'x y'] }, 'a1'],
    [{ status: ['running'] as const }, 'b4'],
    [{ cluster: 'http://there' }, ''],
    [{ where: ['objects>=1', 'bytes<1KiB', 'format=parquet'] }, ''],
    [{ where: ['objects>=1', 'bytes<1KiB'] }, 'b3 a2 a1'],
    [{ where: ['collection=Art*'] }, 'b4 b3 a1'],
    [{ where: ['collection!=Art*'] }, 'a2'],
    [{ where: ['tag!=nightly'] }, 'b4 a2'],
    [{ where: ['note=before the move'] }, 'b3'],
    [{ where: ["note=' OR 1=1 --"] }, ''],
    [{ where: ['note!=x'] }, 'b4 b3 a2 a1'],
    [{ where: ['age>1d', 'started_at<2026-06-03'] }, 'a2 a1'],
    [{ where: ['age<1h'] }, ''],
    [{ where: ['pinned=false', 'damaged=false', 'parts=2'] }, 'a2'],
    [{ location: '/backups/*' }, 'b4 b3 a2 a1'],
    [{ location: 'a?' }, 'a2 a1'],
    [{ location: '/backups' }, ''],
    [{ location: '/back*/{a1,b3}' }, 'b3 a1'],
    [{ below: '/backups' }, 'b4 b3 a2 a1'],
    [{ below: '/back' }, ''],
    [{ where: ['without_vectors=false', 'all_tenants=true', 'content=full'] }, 'b4 b3 a2 a1'],
    [{ sort: 'objects:desc' }, 'a2 b3 a1 b4'],
    [{ sort: 'started_at' }, 'a1 a2 b3 b4'],
    [{ sort: 'age' }, 'b4 b3 a2 a1'],
  ] as const) {
    t.equal(ids(catalog.list(filter)), found, JSON.stringify(filter))
  }
})

t.test('what is no filter is refused', async (t) => {
  const catalog = filled()
  for (const [filter, hint] of [
    [{ where: ['object>1'] }, /did you mean objects/],
    [{ where: ['objects>1k'] }, /whole number/],
    [{ where: ['objects'] }, /objects>1000/],
    [{ where: ['bytes>1000'] }, /unit/],
    [{ where: ['format>json'] }, /= and !=/],
    [{ where: ['pinned=yes'] }, /true or false/],
    [{ where: ['age=1d'] }, /compared by/],
    [{ where: ['objects>1; DROP TABLE archives'] }, /whole number/],
    [{ where: ['root=/x'] }, /fields are|did you mean/],
    [{ since: 'yesterday' }, /2026-06-01/],
    [{ since: '2026-13-01' }, /2026-06-01/],
    [{ sort: 'bytes desc' }, /bytes:desc/],
    [{ sort: 'size' }, /fields are|did you mean/],
  ] as const) {
    t.throws(() => catalog.list(filter), { code: 'ELYSIA_USAGE', hint }, JSON.stringify(filter))
  }
})

t.test('an archive is found by a beginning of its id that only it has', async (t) => {
  const catalog = filled()
  t.equal(catalog.get('archive-a1').id, 'archive-a1')
  t.equal(catalog.get('archive-b3').id, 'archive-b3')
  t.throws(() => catalog.get('archive-a'), { code: 'ELYSIA_USAGE', hint: /archive-a1, archive-a2$/ })
  t.throws(() => catalog.get('nothing'), { code: 'ELYSIA_NOT_FOUND' })
  t.throws(() => catalog.get(''), { code: 'ELYSIA_NOT_FOUND' })
  t.same(catalog.idsBeginning('archive-b', 9), ['archive-b4', 'archive-b3'])
})

t.test('a complete archive does not become partial, and one that is removed stays as history', async (t) => {
  const catalog = filled()
  catalog.record(planned({ id: 'archive-a1' }), at('a1'), 'partial')
  t.equal(catalog.get('archive-a1').status, 'complete')
  t.equal(catalog.settleRunning('/elsewhere'), 0)
  t.equal(catalog.settleRunning('/backups'), 1)
  t.match(catalog.get('archive-b4'), { status: 'partial', error: 'its process died' })
  catalog.upsert(manifest({ id: 'archive-b4' }), at('b4'))
  t.match(catalog.get('archive-b4'), { status: 'complete', error: undefined })
  catalog.markDeleting('archive-a1')
  t.equal(catalog.get('archive-a1').status, 'deleting')
  catalog.markDeleted('archive-a1')
  t.equal(ids(catalog.list({ status: ['deleted'] })), 'a1')
  await t.rejects(catalog.annotate('archive-a1', { pinned: true }), { code: 'ELYSIA_NOT_FOUND' })
  t.equal(catalog.forgetDeleted('2000-01-01'), 0)
  t.equal(catalog.forgetDeleted('2999-01-01'), 1)
  t.throws(() => catalog.get('archive-a1'), { code: 'ELYSIA_NOT_FOUND' })
})

t.test('another archive in the same place takes it', async (t) => {
  const catalog = filled()
  catalog.upsert(manifest({ id: 'archive-c5' }), at('a1'))
  t.match(catalog.get('archive-a1'), { status: 'deleted', error: /another archive/ })
})

t.test('pins, tags, notes and verifications stand beside the manifest and outlive the catalog', async (t) => {
  const root = t.testdir()
  writeArchive(`${root}/Article/one`, manifest({ id: 'archive-1', tags: ['nightly'] }))
  const file = `${root}/state/catalog.db`
  const catalog = await openCatalog({ file, defaultRoot: root })
  await catalog.annotate('archive-1', {
    pinned: true,
    addTags: ['gold'],
    removeTags: ['nightly'],
    note: 'keep',
  })
  t.strictSame(catalog.list({ tags: ['nightly'] }), [], 'a tag that was taken away finds nothing')
  await catalog.annotate('archive-1', { addTags: ['blue'] })
  await catalog.recordVerification('archive-1', {
    level: 'stored',
    time: '2026-06-02T00:00:00Z',
    ok: false,
    errors: 2,
  })
  const before = catalog.get('archive-1')
  t.match(before, {
    pinned: true,
    tags: ['gold', 'blue'],
    note: 'keep',
    damaged: true,
    verified: { ok: false },
  })
  t.match(JSON.parse(readFileSync(`${root}/Article/one/annotations.json`, 'utf8')), { pinned: true })
  catalog.close()
  rmSync(file)
  const said: string[] = []
  const anew = await openCatalog({ file, onEvent: texts(said) })
  const { updated: _, ...kept } = before
  t.match(anew.get('archive-1'), kept)
  t.match(said, [/rebuilt: 1 archive below/])
  await rebuildRoot(anew, root)
  t.match(anew.get('archive-1'), kept)
  t.equal(anew.get('archive-1').id, 'archive-1', 'an id never changes')
  await anew.annotate('archive-1', { pinned: false, note: '' })
  t.match(anew.get('archive-1'), { pinned: false, note: undefined, tags: ['gold', 'blue'] })
  await t.rejects(anew.annotate('archive-1', { addTags: ['a,b'] }), { code: 'ELYSIA_USAGE' })
  anew.close()
})

t.test('damage stays until a verification as deep finds the archive whole', async (t) => {
  const root = t.testdir()
  writeArchive(`${root}/one`, manifest())
  const catalog = await openCatalog({ file: `${root}/catalog.db`, defaultRoot: root })
  let hour = 0
  const verify = async (level: 'exists' | 'stored' | 'records' | 'live', ok: boolean, sample?: string) => {
    const time = `2026-06-02T0${hour++}:00:00Z`
    await catalog.recordVerification('archive-1', {
      level,
      time,
      ok,
      errors: ok ? 0 : 1,
      ...(sample && { sample }),
    })
    return catalog.get('archive-1').damaged
  }
  t.equal(await verify('live', false), false, 'a store that moved on is no damage')
  t.equal(await verify('stored', false), true)
  t.equal(await verify('exists', true), true)
  t.equal(await verify('records', true, '1/7'), true)
  t.equal(await verify('records', true), false)
  catalog.close()
})

t.test(
  'an archive whose directory cannot be written to is annotated in the catalog, and it is said',
  async (t) => {
    const root = t.testdir()
    writeArchive(`${root}/one`, manifest())
    spawnSync('chmod', ['-R', 'a+rwX', root])
    spawnSync('chmod', ['555', `${root}/one`])
    // A process that is not root's, which may write everywhere.
    const asUser =
      process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []
    const script = `
    const { openCatalog } = await import('${new URL('../../lib/catalog/open.ts', import.meta.url)}')
    const said = []
    const onEvent = ({ type }) => said.push(type)
    const catalog = await openCatalog({ file: '${root}/state/catalog.db', defaultRoot: '${root}', onEvent })
    await catalog.annotate('archive-1', { pinned: true })
    console.log(JSON.stringify({ pinned: catalog.get('archive-1').pinned, said: said.at(-1) }))`
    const argv = [...asUser, process.execPath, '--input-type=module', '-e', script]
    const { stdout, stderr } = spawnSync(argv[0]!, argv.slice(1), { encoding: 'utf8' })
    spawnSync('chmod', ['700', `${root}/one`])
    t.match(JSON.parse(stdout || JSON.stringify({ stderr })), {
      pinned: true,
      said: 'note_not_kept',
    })
  },
)

t.test(
  'a rebuild lists what is there, whatever its state, and turns what is gone into history',
  async (t) => {
    const root = t.testdir()
    writeArchive(`${root}/Article/whole`, manifest({ id: 'archive-whole' }))
    writeArchive(`${root}/Article/copied`, manifest({ id: 'archive-copied' }))
    writeFileSync(`${root}/Article/copied/manifest.json`, '{"torn')
    writeArchive(`${root}/Article/broken`, manifest({ id: 'archive-broken' }))
    writeFileSync(`${root}/Article/broken/manifest.json`, '{"torn')
    writeFileSync(`${root}/Article/broken/manifest.copy.json`, '{"torn')
    writeUnfinished(`${root}/Article/begun`, planned({ id: 'archive-begun' }))
    mkdirSync(`${root}/.locks`)
    writeFileSync(`${root}/notes.jsonl`, '{"not":"ours"}\n')
    const catalog = new Catalog(':memory:')
    catalog.upsert(manifest({ id: 'archive-gone' }), at('gone', root))
    catalog.upsert(manifest({ id: 'archive-other' }), at('other'))
    const report = await rebuildRoot(catalog, root)
    t.match(report, {
      complete: 2,
      partial: 1,
      deleting: 0,
      gone: 1,
      unreadable: [{ path: `${root}/Article/broken` }],
    })
    t.equal(report.unreadable.length, 1)
    t.equal(ids(catalog.list({ sort: 'id' })), 'begun copied other whole')
    t.match(catalog.get('archive-gone'), { status: 'deleted', error: /rebuilt/ })
    await t.rejects(rebuildRoot(catalog, `${root}/nowhere`), { code: 'ELYSIA_NOT_FOUND' })
  },
)

t.test('a single file is as large as it lies on disk, when it is made and when it is found', async (t) => {
  const root = t.testdir()
  const path = `${root}/thing.jsonl.zst`
  const options = { file: `${root}/state/catalog.db`, onEvent: () => {} }
  const listing = { catalog: options, path, shape: 'file', root } as const
  const source = await things(500)
  await backupCataloged(listing, {}, (context) => {
    return backupFile(source, 'Thing', path, { compression: 'zstd' }, context)
  })
  const { size } = statSync(path)
  const check = async (when: string) => {
    await withCatalog(options, (catalog) => {
      const [found, ...others] = catalog.list({ where: [`bytes>=${size}B`, `bytes<=${size}B`] })
      t.match(found, { shape: 'file', bytes: size, objects: 500 }, when)
      t.same(others, [])
      t.ok(found !== undefined && found.raw_bytes > 1.2 * size, `${when}: ${found?.raw_bytes} of ${size}`)
      t.same(catalog.count(), { archives: 1, bytes: size }, when)
      t.equal(catalog.get(found!.id).bytes, size, when)
    })
  }
  await check('made')
  rmSync(options.file)
  await check('found')
})

t.test(
  'a sealed archive is complete, whatever fails behind its seal: no cleanup takes it for a part',
  async (t) => {
    const root = t.testdir()
    const path = `${root}/thing.jsonl`
    const options = { file: `${root}/state/catalog.db`, onEvent: () => {} }
    const listing = { catalog: options, path, shape: 'file', root } as const
    const onEvent = ({ type }: RunEvent) => {
      if (type === 'run_ended') throw new Error('nobody listens')
    }
    const source = await things(5)
    const ended = await backupCataloged(listing, { onEvent }, (context) =>
      runBackupFile(source, 'Thing', path, {}, context),
    )
    t.match(ended, { error: { message: 'nobody listens' }, manifest: { id: String } })
    await withCatalog(options, (catalog) => {
      t.match(catalog.list(), [{ id: ended.manifest!.id, status: 'complete' }])
    })
  },
)

t.test('a catalog whose file cannot be made is no fault of a store', async (t) => {
  const file = `${t.testdir()}/catalog.db`
  symlinkSync('/nowhere/catalog.db', file)
  await t.rejects(openCatalog({ file }), {
    code: 'ELYSIA_STATE',
    message: /the catalog .*catalog\.db: .*no such/,
  })
})

t.test('a damaged catalog costs time only: it is moved aside and made again', async (t) => {
  const root = t.testdir()
  writeArchive(`${root}/one`, manifest())
  const file = `${root}/state/catalog.db`
  ;(await openCatalog({ file, defaultRoot: root })).close()
  const whole = readFileSync(file)
  const header = Buffer.concat([Buffer.from('no SQLite at all'), whole.subarray(16)])
  const pages = Buffer.concat([whole.subarray(0, 100), Buffer.alloc(whole.length - 100, 0xa5)])
  const later = Buffer.concat([whole.subarray(0, 4096), Buffer.alloc(whole.length - 4096, 0xa5)])
  for (const [name, content] of Object.entries({
    header,
    pages,
    later,
    short: whole.subarray(0, 700),
    text: 'hello',
  })) {
    writeFileSync(file, content)
    rmSync(`${file}-wal`, { force: true })
    const said: string[] = []
    const onEvent = texts(said)
    const found = await withCatalog({ file, onEvent }, (catalog) => catalog.list())
    t.equal(ids(found), '1', name)
    t.match(said.join('\n'), /damaged.*moved to[\s\S]*rebuilt/, name)
  }
  t.equal(readdirSync(`${root}/state`).filter((name) => name.includes('damaged')).length > 0, true)
  t.ok(existsSync(`${root}/state/backup-roots.json`))
})

t.test('a catalog of format 1 is brought to format 2, with what its archives hold', async (t) => {
  const file = `${t.testdir()}/catalog.db`
  const tenants = [{ name: 'ann', state: 'active' }] as const
  const encoding = { format: 'jsonl', compression: 'none', library: '', vectors: 'none' } as const
  const before = new Catalog(file)
  before.upsert(manifest({ id: 'archive-full' }), at('full'))
  before.upsert(manifest({ id: 'archive-bare', encoding }), at('bare'))
  before.upsert(manifest({ id: 'archive-some', tenants: [...tenants] }), at('some'))
  before.markDeleted('archive-bare')
  before.close()
  const { default: Database } = await import('better-sqlite3')
  const old = new Database(file)
  for (const column of ['without_vectors', 'all_tenants', 'filter'])
    old.exec(`ALTER TABLE archives DROP COLUMN ${column}`)
  old.exec('DROP TABLE unreadable; PRAGMA user_version = 1')
  old.close()
  const after = new Catalog(file)
  const held = (id: string) => after.get(id).holds
  t.equal(held('archive-full'), 'full')
  t.equal(held('archive-bare'), 'without vectors')
  t.equal(held('archive-some'), 'tenant ann')
  t.equal(after.get('archive-bare').status, 'deleted', 'history stays')
  after.close()
})

t.test('an empty catalog file is a lost one, a newer format is refused', async (t) => {
  const root = t.testdir({ 'catalog.db': '' })
  const file = `${root}/catalog.db`
  writeArchive(`${root}/backups/one`, manifest())
  const catalog = await openCatalog({ file, defaultRoot: `${root}/backups` })
  t.equal(ids(catalog.list()), '1')
  catalog.close()
  const { default: Database } = await import('better-sqlite3')
  const database = new Database(file)
  database.pragma('user_version = 99')
  database.close()
  await t.rejects(openCatalog({ file }), { code: 'ELYSIA_CONFLICT' })
})
