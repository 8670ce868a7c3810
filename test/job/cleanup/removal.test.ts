import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import t, { type Test } from 'tap'
import { singleHeader } from '../../../lib/archive/single/lines.ts'
import { Catalog } from '../../../lib/catalog/catalog.ts'
import { rebuildRoot } from '../../../lib/catalog/rebuild.ts'
import { removeArchive } from '../../../lib/job/cleanup/removal.ts'
import { manifest, planned, writeArchive, writeUnfinished } from '../../catalog/archives.ts'

/** A root with one archive that a catalog knows, and a directory of the user's own beside it. */
async function root(t: Test) {
  const directory = t.testdir({ mine: { 'diary.txt': 'mine', parts: { '0.jsonl': 'mine too' } } })
  const backups = `${directory}/backups`
  const location = `${backups}/Article/one`
  writeArchive(location, manifest({ id: 'archive-1' }))
  const catalog = new Catalog(':memory:')
  await rebuildRoot(catalog, backups)
  const remove = () => removeArchive(catalog, catalog.get('archive-1'))
  return { directory, backups, location, catalog, remove }
}

/** All paths below a directory, with the contents of files. */
function contents(directory: string): Record<string, string> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => !entry.isDirectory())
  return Object.fromEntries(
    files.map((entry) => {
      const path = `${entry.parentPath}/${entry.name}`
      return [path, entry.isFile() ? readFileSync(path, 'utf8') : 'a link']
    }),
  )
}

/** Expects that a removal is refused, and that nothing at all has changed. */
async function refused(t: Test, at: Awaited<ReturnType<typeof root>>, message: RegExp): Promise<void> {
  const before = contents(at.directory)
  await t.rejects(at.remove(), { code: 'ELYSIA_CONFLICT', message })
  t.same(contents(at.directory), before)
  t.equal(at.catalog.get('archive-1').status, 'complete')
}

t.test('a directory whose archive moved away is not touched', async (t) => {
  const at = await root(t)
  renameSync(at.location, `${at.directory}/moved`)
  cpSync(`${at.directory}/mine`, at.location, { recursive: true })
  await refused(t, at, /holds no archive any more: nothing of it was removed/)
})

t.test('a location that became a link is not followed, nor a link on its way', async (t) => {
  for (const storage of ['location', 'above'] as const) {
    const at = await root(t)
    const link = storage === 'location' ? at.location : `${at.backups}/Article`
    renameSync(link, `${at.directory}/moved`)
    symlinkSync(`${at.directory}/moved`, link)
    await refused(t, at, /is a link/)
  }
})

t.test('a root that the user made a link is followed', async (t) => {
  const at = await root(t)
  renameSync(at.backups, `${at.directory}/disk`)
  symlinkSync(`${at.directory}/disk`, at.backups)
  t.same(await at.remove(), { unknownFiles: [] })
  t.notOk(existsSync(`${at.directory}/disk/Article/one`))
})

t.test('only files that the manifest names go, and no link or pipe in their place', async (t) => {
  const at = await root(t)
  const { location } = at
  mkdirSync(`${location}/parts/mine=1/empty`, { recursive: true })
  mkdirSync(`${location}/notes/empty`, { recursive: true })
  writeFileSync(`${location}/parts/1.jsonl`, 'not named')
  writeFileSync(`${location}/parts/r0000-00009.jsonl`, 'not named either')
  writeFileSync(`${location}/parts/mine.unfinished-0123abcd`, 'mine')
  writeFileSync(`${location}/parts/0.jsonl.unfinished-0123abcd`, 'ours, cut short')
  writeFileSync(`${location}/notes/diary.unfinished-0123abcd`, 'mine')
  rmSync(`${location}/schema.json`)
  symlinkSync(`${at.directory}/mine/diary.txt`, `${location}/schema.json`)
  writeFileSync(`${location}/annotations.json`, '{"version":1,"id":"archive-else"}')
  const { unknownFiles } = await at.remove()
  t.same(
    Object.keys(contents(location))
      .map((path) => path.slice(location.length + 1))
      .sort(),
    [
      'annotations.json',
      'notes/diary.unfinished-0123abcd',
      'parts/1.jsonl',
      'parts/mine.unfinished-0123abcd',
      'parts/r0000-00009.jsonl',
      'schema.json',
    ],
  )
  t.ok(unknownFiles.includes('schema.json') && unknownFiles.includes('notes'), unknownFiles.join())
  t.ok(existsSync(`${location}/notes/empty`), 'directories of others stay, empty or not')
  t.equal(readFileSync(`${at.directory}/mine/diary.txt`, 'utf8'), 'mine')
  t.equal(at.catalog.get('archive-1').status, 'deleted')
})

t.test('a part that is a link stays, and what it leads to', async (t) => {
  const at = await root(t)
  rmSync(`${at.location}/parts`, { recursive: true })
  symlinkSync(`${at.directory}/mine/parts`, `${at.location}/parts`)
  t.same((await at.remove()).unknownFiles, ['parts'])
  t.equal(readFileSync(`${at.directory}/mine/parts/0.jsonl`, 'utf8'), 'mine too')
})

t.test('what says that it is another archive, or nothing, is not touched', async (t) => {
  const whole = (id: string) => {
    const directory = t.testdir()
    writeArchive(directory, manifest({ id }))
    return readFileSync(`${directory}/manifest.json`, 'utf8')
  }
  const [mine, other] = [whole('archive-1'), whole('archive-2')]
  for (const [files, message] of [
    [{ 'manifest.json': other }, /holds the archive archive-2, not archive-1/],
    [{ 'manifest.copy.json': other }, /holds the archive archive-2/],
    [{ 'manifest.deleting.json': other }, /holds the archive archive-2/],
    [{ 'manifest.json': mine.replace('archive-1', 'archive-3') }, /was changed/],
    [{ 'manifest.json': '{"manifest":{"id":"archive-1","parts":[{"file":"../x"}]}}' }, /was changed/],
    [{ 'manifest.json': '[' }, /is not JSON/],
    [{ 'parts.jsonl': '{"plan":{"id":"archive-2"}}\n' }, /archive-2|damaged|plan/],
    [{ 'parts.jsonl': '{"pl' }, /holds no archive any more/],
  ] as const) {
    const at = await root(t)
    for (const name of ['manifest.json', 'manifest.copy.json']) {
      const replaced = (files as Record<string, string>)[name]
      if (replaced === undefined && 'manifest.copy.json' in files) continue
      rmSync(`${at.location}/${name}`)
    }
    for (const [name, text] of Object.entries(files)) {
      rmSync(`${at.location}/${name}`, { force: true })
      writeFileSync(`${at.location}/${name}`, text)
    }
    const before = contents(at.directory)
    await t.rejects(at.remove(), { message }, JSON.stringify(files).slice(0, 60))
    t.same(contents(at.directory), before)
  }
})

t.test('a damaged manifest is no reason against it where its copy is whole', async (t) => {
  const at = await root(t)
  rmSync(`${at.location}/manifest.json`)
  writeFileSync(`${at.location}/manifest.json`, '{"torn')
  t.same(await at.remove(), { unknownFiles: [] })
  t.notOk(existsSync(at.location))
})

t.test('an unfinished backup goes with the parts that it had not noted yet, and nothing else', async (t) => {
  const at = await root(t)
  const location = `${at.backups}/Article/begun`
  writeUnfinished(location, planned({ id: 'archive-begun' }))
  mkdirSync(`${location}/parts/tenant=ann`)
  writeFileSync(`${location}/parts/tenant=ann/r0001-00000.jsonl.zst`, 'part')
  await rebuildRoot(at.catalog, at.backups)
  const remove = () => removeArchive(at.catalog, at.catalog.get('archive-begun'))
  writeFileSync(`${location}/parts/tenant=ann/other.jsonl`, 'mine')
  await remove()
  t.same(Object.values(contents(location)), ['mine'])
})

/** A root with a single file that a catalog knows. */
function single(t: Test) {
  const directory = t.testdir({ mine: { 'diary.txt': 'mine' } })
  const location = `${directory}/one.jsonl`
  const told = { id: 'archive-1', started: '2026-01-01T00:00:00.000Z' }
  writeFileSync(location, `${singleHeader(planned(told))}{"half an object`)
  const catalog = new Catalog(':memory:')
  catalog.upsert(manifest(told), { root: directory, location, shape: 'file' })
  return { directory, location, catalog, remove: () => removeArchive(catalog, catalog.get('archive-1')) }
}

t.test('a file that is no longer its archive is not touched', async (t) => {
  const header = singleHeader(planned({ id: 'archive-2' }))
  for (const [what, replace] of Object.entries({
    'objects of mine': (path: string) => writeFileSync(path, '{"id":"1","properties":{}}\n'),
    nothing: (path: string) => writeFileSync(path, ''),
    'another archive': (path: string) => writeFileSync(path, header),
    'a damaged header': (path: string) =>
      writeFileSync(path, readFileSync(path, 'utf8').replace('http://here', 'http://hare')),
    'a deep nest': (path: string) => writeFileSync(path, '['.repeat(100_000)),
    'a directory': (path: string) => {
      rmSync(path)
      mkdirSync(path)
    },
    'a link': (path: string) => {
      renameSync(path, `${path}.moved`)
      symlinkSync(`${path}.moved`, path)
    },
    'a pipe': (path: string) => {
      rmSync(path)
      spawnSync('mkfifo', [path])
    },
  })) {
    const at = single(t)
    replace(at.location)
    await t.rejects(at.remove(), { code: 'ELYSIA_CONFLICT' }, what)
    t.ok(existsSync(at.location), what)
    t.equal(at.catalog.get('archive-1').status, 'complete', what)
  }
})

t.test('a file goes with annotations that are its own', async (t) => {
  for (const [id, stays] of [
    ['archive-1', false],
    ['archive-2', true],
  ] as const) {
    const at = single(t)
    const beside = `${at.location}.annotations.json`
    writeFileSync(beside, JSON.stringify({ version: 1, id, pinned: false, tags: [], verifications: [] }))
    t.same(await at.remove(), { unknownFiles: [] })
    t.notOk(existsSync(at.location))
    t.equal(existsSync(beside), stays)
  }
})

t.test('a file that is gone becomes history', async (t) => {
  const at = single(t)
  rmSync(at.location)
  await at.remove()
  t.match(at.catalog.get('archive-1'), { status: 'deleted', error: /gone/ })
})
