import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { singleHeader } from '../../lib/archive/single/lines.ts'
import { Catalog } from '../../lib/catalog/catalog.ts'
import { openCatalog, withCatalog } from '../../lib/catalog/open.ts'
import { rebuildRoot } from '../../lib/catalog/rebuild.ts'
import { texts } from '../run/listening.ts'
import { runs, tried } from '../runs.ts'
import { manifest, planned, writeArchive, writeUnfinished } from './archives.ts'

/** Contents of files that a rebuild looks at. */
const RUNS = runs(100)

t.setTimeout(RUNS * 200 + 120_000)

/** A root with archives `one`, unfinished `begun` and whatever else is given. */
function root(t: Test, files: Parameters<Test['testdir']>[0] = {}): string {
  const directory = `${t.testdir({ backups: files })}/backups`
  writeArchive(`${directory}/one`, manifest({ id: 'archive-one' }))
  writeUnfinished(`${directory}/begun`, planned({ id: 'archive-begun' }))
  return directory
}

const BAD_FILES = {
  'parts.jsonl': [
    '{"plan":null}\n',
    '{"plan":{}}\n',
    '{"plan":{"id":"archive-bad"}}\n',
    '{"plan":{"id":7,"source":null}}\n',
    'null\n',
    '[]\n',
    '',
    'x',
    `${'['.repeat(200_000)}\n`,
  ],
  'manifest.json': ['', 'null', '{}', '{"manifest":null}', '{"manifest":{"parts":0}}', '['.repeat(200_000)],
  'manifest.deleting.json': ['', '[]', '{"manifest":{}}'],
  'manifest.copy.json': ['{"manifest":[]}'],
} as const

t.test('one bad file is listed as unreadable, and the others as what they are', async (t) => {
  const directory = root(t)
  let number = 0
  for (const [name, texts] of Object.entries(BAD_FILES)) {
    for (const text of texts) {
      mkdirSync(`${directory}/bad-${number}`)
      writeFileSync(`${directory}/bad-${number++}/${name}`, text)
    }
  }
  writeFileSync(`${directory}/cut.jsonl`, singleHeader(planned({ id: 'archive-cut' })))
  writeFileSync(
    `${directory}/bad.jsonl`,
    '{"elysiactl_archive":{"format":"elysiactl-archive"},"sha256":""}\n',
  )
  const catalog = new Catalog(':memory:')
  const { unreadable, ...report } = await rebuildRoot(catalog, directory)
  t.match(report, { complete: 1, partial: 1, deleting: 0, gone: 0, copies: [] })
  const paths = unreadable.map(({ path }) => path.slice(directory.length + 1)).sort()
  const bad = Array.from({ length: number }, (_, index) => `bad-${index}`)
  t.same(paths, [...bad, 'bad.jsonl', 'cut.jsonl'].sort())
  t.ok(unreadable.every(({ message }) => message !== '' && message.length < 5000))
  t.same(
    catalog.list({ sort: 'id' }).map(({ id }) => id),
    ['archive-begun', 'archive-one'],
  )
  t.same(
    catalog.unreadable
      .list()
      .map(({ path }) => path)
      .sort(),
    unreadable.map(({ path }) => path).sort(),
  )
  for (const path of bad) rmSync(`${directory}/${path}`, { recursive: true })
  await rebuildRoot(catalog, directory)
  t.equal(catalog.unreadable.list().length, 2, 'and no longer once it is gone')
})

t.test('whatever a journal, a manifest or annotations hold, a rebuild comes to its end', async (t) => {
  const directory = root(t)
  const anything = fc.oneof(
    fc.json(),
    fc.string(),
    fc.record({ plan: fc.anything() }).map((line) => `${JSON.stringify(line, plain)}\n`),
    fc
      .record({
        version: fc.constantFrom(1, 2),
        id: fc.constantFrom('archive-one', 'x'),
        pinned: fc.anything(),
        tags: fc.anything(),
        verifications: fc.anything(),
      })
      .map((read) => JSON.stringify(read, plain)),
  )
  const catalog = new Catalog(':memory:')
  mkdirSync(`${directory}/odd`)
  const places = ['odd/parts.jsonl', 'odd/manifest.json', 'one/annotations.json', 'odd.jsonl']
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places), anything, async (storage, text) => {
      writeFileSync(`${directory}/${storage}`, text)
      await rebuildRoot(catalog, directory)
      rmSync(`${directory}/${storage}`)
      return catalog.get('archive-one').status === 'complete'
    }),
    tried(RUNS),
  )
})

function plain(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? 1 : value
}

t.test('an archive whose manifest cannot be read counts as damaged until it can', async (t) => {
  const directory = root(t)
  const catalog = new Catalog(':memory:')
  await rebuildRoot(catalog, directory)
  for (const name of ['manifest.json', 'manifest.copy.json'])
    renameSync(`${directory}/one/${name}`, `${directory}/one/${name}.x`)
  writeFileSync(`${directory}/one/manifest.json`, '{"torn')
  await rebuildRoot(catalog, directory)
  t.match(catalog.get('archive-one'), { status: 'complete', damaged: true, error: /is not JSON/ })
  rmSync(`${directory}/one/manifest.json`)
  renameSync(`${directory}/one/manifest.json.x`, `${directory}/one/manifest.json`)
  await rebuildRoot(catalog, directory)
  t.match(catalog.get('archive-one'), { status: 'complete', damaged: false, error: undefined })
})

t.test(
  'a directory that may not be looked into ends nothing, and what is known in it is not gone',
  async (t) => {
    const directory = root(t)
    writeArchive(`${directory}/closed/two`, manifest({ id: 'archive-two' }))
    const file = `${t.testdirName}/state/catalog.db`
    ;(await openCatalog({ file, defaultRoot: directory })).close()
    // A process that is not root's, which may look everywhere.
    const asUser =
      process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []
    spawnSync('chmod', ['-R', 'a+rwX', t.testdirName])
    spawnSync('chmod', ['000', `${directory}/closed`])
    const script = `
    const { Catalog } = await import('${new URL('../../lib/catalog/catalog.ts', import.meta.url)}')
    const { rebuildRoot } = await import('${new URL('../../lib/catalog/rebuild.ts', import.meta.url)}')
    const catalog = new Catalog('${file}')
    const report = await rebuildRoot(catalog, '${directory}')
    console.log(JSON.stringify({ report, status: catalog.get('archive-two').status }))`
    const argv = [...asUser, process.execPath, '--input-type=module', '-e', script]
    const { stdout, stderr } = spawnSync(argv[0]!, argv.slice(1), { encoding: 'utf8' })
    spawnSync('chmod', ['700', `${directory}/closed`])
    t.match(JSON.parse(stdout || JSON.stringify({ stderr })), {
      report: { complete: 1, gone: 0, unreadable: [{ path: `${directory}/closed`, message: /EACCES/ }] },
      status: 'complete',
    })
  },
)

t.test('what bears a known id is told, and never takes over its entry', async (t) => {
  const directory = root(t)
  const catalog = new Catalog(':memory:')
  await rebuildRoot(catalog, directory)
  await catalog.annotate('archive-one', { pinned: true, note: 'mine' })
  const before = catalog.get('archive-one')
  const foreign = `${t.testdirName}/foreign`
  writeArchive(`${foreign}/a-copy`, manifest({ id: 'archive-one' }))
  writeArchive(`${foreign}/crafted`, manifest({ id: 'archive-one', tags: ['x'], contents: ['other\n'] }), [
    'other\n',
  ])
  writeArchive(`${foreign}/marked`, manifest({ id: 'archive-one' }))
  renameSync(`${foreign}/marked/manifest.json`, `${foreign}/marked/manifest.deleting.json`)
  writeUnfinished(`${foreign}/begun`, planned({ id: 'archive-one' }))
  writeFileSync(`${foreign}/file.jsonl`, readFileSync(`${foreign}/begun/parts.jsonl`))
  const report = await rebuildRoot(catalog, foreign)
  t.match(report, { complete: 0, partial: 0, deleting: 0, gone: 0, unreadable: [] })
  t.match(
    report.copies.map(({ path, id, known }) => [path.slice(foreign.length), id, known]),
    ['/a-copy', '/begun', '/crafted', '/marked'].map((path) => [path, 'archive-one', `${directory}/one`]),
  )
  t.same(catalog.get('archive-one'), before)
  cpSync(`${foreign}/a-copy`, `${directory}/aaa`, { recursive: true })
  await rebuildRoot(catalog, directory)
  t.equal(
    catalog.get('archive-one').location,
    `${directory}/one`,
    'also where it comes first in its own root',
  )
})

t.test('an archive that was moved is known where it is now; another in its stead is not', async (t) => {
  const directory = root(t)
  const catalog = new Catalog(':memory:')
  await rebuildRoot(catalog, directory)
  await catalog.annotate('archive-one', { pinned: true })
  const elsewhere = `${t.testdirName}/elsewhere`
  mkdirSync(elsewhere)
  renameSync(`${directory}/one`, `${t.testdirName}/kept`)
  writeArchive(`${elsewhere}/crafted`, manifest({ id: 'archive-one', contents: ['other\n'] }), ['other\n'])
  t.match(await rebuildRoot(catalog, elsewhere), { complete: 0, copies: [{ id: 'archive-one' }] })
  t.equal(catalog.get('archive-one').location, `${directory}/one`)
  rmSync(`${elsewhere}/crafted`, { recursive: true })
  renameSync(`${t.testdirName}/kept`, `${elsewhere}/one`)
  t.match(await rebuildRoot(catalog, elsewhere), { complete: 1, copies: [] })
  t.match(catalog.get('archive-one'), { location: `${elsewhere}/one`, pinned: true })
})

t.test('a disk that is not mounted does not give its entries away', async (t) => {
  const directory = root(t)
  const catalog = new Catalog(':memory:')
  await rebuildRoot(catalog, directory)
  cpSync(directory, `${t.testdirName}/copy`, { recursive: true })
  rmSync(directory, { recursive: true })
  t.match(await rebuildRoot(catalog, `${t.testdirName}/copy`), { complete: 0, copies: [{}, {}] })
  t.equal(catalog.get('archive-one').location, `${directory}/one`)
})

t.test('annotations that are none are told, and change nothing of what is known', async (t) => {
  const directory = root(t)
  const catalog = new Catalog(':memory:')
  await rebuildRoot(catalog, directory)
  await catalog.annotate('archive-one', { pinned: true })
  const good = JSON.parse(readFileSync(`${directory}/one/annotations.json`, 'utf8'))
  for (const bad of [
    '{"torn',
    '[]',
    JSON.stringify({ ...good, pinned: 'no' }),
    JSON.stringify({ ...good, tags: [1] }),
    JSON.stringify({ ...good, verifications: [{}] }),
    JSON.stringify({ ...good, verifications: [{ level: 'deep', time: 'now', ok: 1, errors: {} }] }),
    JSON.stringify({ ...good, note: { deep: 1 } }),
    `${JSON.stringify(good).slice(0, -1)},"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    JSON.stringify({ ...good, note: 'x'.repeat(2 * 1024 * 1024) }),
  ]) {
    rmSync(`${directory}/one/annotations.json`)
    writeFileSync(`${directory}/one/annotations.json`, bad)
    const report = await rebuildRoot(catalog, directory)
    t.match(report, { complete: 1, unreadable: [{ path: /annotations\.json$/ }] }, bad.slice(0, 80))
    t.match(catalog.get('archive-one'), { pinned: true, damaged: false })
  }
})

t.test('a pin is written beside its own archive alone, and over its own annotations', async (t) => {
  const directory = root(t)
  const said: string[] = []
  const catalog = new Catalog(':memory:', { onEvent: texts(said) })
  await rebuildRoot(catalog, directory)
  renameSync(`${directory}/one`, `${t.testdirName}/mine`)
  symlinkSync(`${t.testdirName}/mine`, `${directory}/one`)
  const other = JSON.stringify({ version: 1, id: 'archive-else', pinned: false, tags: [], verifications: [] })
  for (const replace of [
    () => {},
    () => {
      rmSync(`${directory}/one`)
      mkdirSync(`${directory}/one`)
    },
    () => rmSync(`${directory}/one`, { recursive: true }),
    () => {
      cpSync(`${t.testdirName}/mine`, `${directory}/one`, { recursive: true })
      writeFileSync(`${directory}/one/annotations.json`, other)
    },
  ]) {
    replace()
    said.length = 0
    t.match(await catalog.annotate('archive-one', { pinned: true }), { pinned: true })
    t.match(said, [/a rebuilt catalog would lack this/])
    t.notOk(existsSync(`${t.testdirName}/mine/annotations.json`))
  }
  t.equal(readFileSync(`${directory}/one/annotations.json`, 'utf8'), other)
  writeFileSync(`${directory}/one/annotations.json`, '{"my":"notes"}')
  await t.rejects(catalog.annotate('archive-one', { pinned: false }), { code: 'ELYSIA_DAMAGED' })
  t.equal(readFileSync(`${directory}/one/annotations.json`, 'utf8'), '{"my":"notes"}')
})

t.test('a catalog with rows, tables or triggers that are not ours is damaged, and made again', async (t) => {
  const directory = root(t)
  const file = `${t.testdirName}/state/catalog.db`
  for (const sql of [
    `UPDATE archives SET tenants = '{"a":1}'`,
    `UPDATE archives SET tags = '[[[["deep"]]]]'`,
    `UPDATE archives SET tags = 'no JSON'`,
    `UPDATE archives SET objects = 'many'`,
    `UPDATE archives SET status = 'splendid'`,
    `UPDATE archives SET started = 'yesterday'`,
    `UPDATE archives SET bytes = 1.5`,
    `UPDATE archives SET location = x'00'`,
    `UPDATE details SET manifest = 7`,
    `UPDATE details SET manifest = '{}'`,
    `UPDATE details SET manifest = '['`,
    `INSERT INTO verifications SELECT id, 'stored', 1, 'x', 0, NULL FROM archives`,
    `UPDATE archives SET pinned = 7, all_tenants = 'yes'`,
    `UPDATE archives SET filter = x'01'`,
    `CREATE TRIGGER t AFTER UPDATE ON archives BEGIN DELETE FROM roots; END`,
    `CREATE VIEW v AS SELECT 1`,
    `ALTER TABLE archives DROP COLUMN filter`,
    `DROP TABLE unreadable`,
  ]) {
    ;(await openCatalog({ file, defaultRoot: directory })).close()
    const database = new Database(file)
    database.exec(sql)
    database.close()
    const said: string[] = []
    const options = { file, onEvent: texts(said) }
    const found = await withCatalog(options, (catalog) => [
      catalog.list().length,
      catalog.get('archive-one').manifest?.collection,
      catalog.candidates().chosen.length,
      catalog.unreadable.list().length,
    ])
    t.same(found, [2, 'Article', 2, 0], sql)
    t.match(said.join('\n'), /is damaged: [\s\S]*rebuilt/, sql)
  }
})

t.test(
  'a pipe or a directory in the place of the catalog hangs nobody, nor one among its roots',
  async (t) => {
    const directory = root(t)
    const state = `${t.testdirName}/state`
    mkdirSync(state)
    spawnSync('mkfifo', [`${state}/catalog.db`, `${state}/backup-roots.json`, `${t.testdirName}/pipe`])
    await t.rejects(openCatalog({ file: `${state}/catalog.db`, defaultRoot: directory }), {
      code: 'ELYSIA_STATE',
      message: /not a regular file/,
    })
    rmSync(`${state}/catalog.db`)
    rmSync(`${state}/backup-roots.json`)
    writeFileSync(
      `${state}/backup-roots.json`,
      JSON.stringify({ roots: [`${t.testdirName}/pipe`, directory] }),
    )
    const said: string[] = []
    const catalog = await openCatalog({
      file: `${state}/catalog.db`,
      onEvent: texts(said),
    })
    t.equal(catalog.list().length, 2)
    t.match(said.join('\n'), /pipe could not be searched for archives/)
    catalog.close()
    t.ok(existsSync(`${t.testdirName}/pipe`))
  },
)
