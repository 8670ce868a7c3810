// Classes that refer to one another, which no order of single restores brings back.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { restore, runRestores } from '../../../lib/job/restore/restore.ts'
import { openSource } from '../../../lib/job/restore/source/open.ts'
import type { RestoreSource } from '../../../lib/job/restore/source/source.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { types } from '../../run/listening.ts'
import { idOf } from '../backup/archived.ts'
import { changedStore } from '../changed.ts'
import { directory, TARGETS } from '../targets.ts'
import { objectsOf, sourceOf } from './restored.ts'

const COMMAND = fileURLToPath(new URL('../../../bin/elysiactl.js', import.meta.url))
const COUNT = 20
const beacon = (name: string, n: number) => `weaviate://localhost/${name}/${idOf(n, COUNT)}`

/** Articles have authors, and authors a favorite article; both have one of their own kind. */
async function archives(): Promise<{ Article: Files; Author: Files }> {
  const store = openMemory()
  const text = { name: 'title', dataType: ['text'] }
  await store.create({ class: 'Author', vectorizer: 'none', properties: [text] })
  await store.create({
    class: 'Article',
    vectorizer: 'none',
    properties: [text, { name: 'by', dataType: ['Author'] }, { name: 'next', dataType: ['Article'] }],
  })
  await store.addProperty('Author', { name: 'best', dataType: ['Article'] })
  const ids = Array.from({ length: COUNT }, (_, n) => n)
  for (const name of ['Article', 'Author']) {
    const objects = ids.map((n) => ({ id: idOf(n, COUNT), properties: { title: `${name} ${n}` } }))
    await store.collection(name).write(objects)
  }
  const link = (name: string, property: string, to: string) =>
    store
      .collection(name)
      .link(ids.map((n) => ({ id: idOf(n, COUNT), property, beacons: [beacon(to, COUNT - 1 - n)] })))
  await link('Article', 'by', 'Author')
  await link('Article', 'next', 'Article')
  await link('Author', 'best', 'Article')
  const made = { Article: new Map(), Author: new Map() } as { Article: Files; Author: Files }
  for (const [name, files] of Object.entries(made)) await backup(store, name, memoryStorage(files), {})
  return made
}

async function both(made: { Article: Files; Author: Files }): Promise<RestoreSource[]> {
  return [await sourceOf(made.Article), await sourceOf(made.Author)]
}

for (const [name, open] of Object.entries(TARGETS)) {
  t.test(`two classes that refer to one another are restored together into ${name}`, async (t) => {
    const store = await open(t)
    const made = await archives()
    const said: string[] = []
    const context = { onEvent: types(said) }
    const planned = await runRestores(await both(made), store, { dryRun: true }, context)
    t.same(
      planned.map(({ report }) => report.status),
      ['planned', 'planned'],
    )
    t.same(await store.list(), [], 'a dry run makes nothing')
    const ended = await runRestores(await both(made), store, {}, context)
    t.match(
      ended.map(({ report }) => report),
      [
        { class: 'Article', written: COUNT, references: 2 * COUNT, verification: { digest_equal: true } },
        { class: 'Author', written: COUNT, references: COUNT, verification: { digest_equal: true } },
      ],
    )
    t.notOk(said.includes('reference_target_missing'))
    const [first] = await objectsOf(store, 'Author')
    t.strictSame(first?.properties.best, [{ beacon: beacon('Article', COUNT - 1) }])
  })
}

t.test('a server refuses one of them alone, and nothing is left of it', async (t) => {
  const store = await TARGETS['a Weaviate server'](t)
  const made = await archives()
  await t.rejects(restore(await sourceOf(made.Author), store, {}), {
    code: 'ELYSIA_CONFLICT',
    hint: /col restore A B/,
  })
  t.same(await store.list(), [])
})

t.test('where one of them cannot be restored, nothing is begun of the other', async (t) => {
  const store = await TARGETS['a Weaviate server'](t)
  const made = await archives()
  await store.create({ class: 'Author', vectorizer: 'none' })
  await t.rejects(runRestores(await both(made), store, {}), { code: 'ELYSIA_CONFLICT' })
  t.same(
    (await store.list()).map(({ name }) => name),
    ['Author'],
  )
})

t.test('where a third class is missing, none of them is left', async (t) => {
  const store = await TARGETS['a Weaviate server'](t)
  const origin = openMemory()
  await origin.create({ class: 'A', vectorizer: 'none' })
  await origin.create({ class: 'B', vectorizer: 'none', properties: [{ name: 'to', dataType: ['A'] }] })
  await origin.addProperty('A', { name: 'to', dataType: ['B'] })
  await origin.addProperty('B', { name: 'other', dataType: ['Missing'] })
  const sources: RestoreSource[] = []
  for (const name of ['A', 'B']) {
    const files: Files = new Map()
    await backup(origin, name, memoryStorage(files), { allowEmpty: true })
    sources.push(await sourceOf(files))
  }
  const ended = await runRestores(sources, store, {})
  t.ok(ended.every(({ report }) => report.status === 'failed'))
  t.match(ended[0]?.error, { code: 'ELYSIA_CONFLICT' })
  t.same(await store.list(), [])
})

t.test('a damaged part of one leaves neither done, and says whose it is', async (t) => {
  const store = await TARGETS.sqlite(t)
  const made = await archives()
  for (const [name, bytes] of made.Author)
    if (name.startsWith('parts/')) made.Author.set(name, bytes.subarray(0, bytes.length - 3))
  const ended = await runRestores(await both(made), store, {})
  t.match(
    ended.map(({ error }) => error),
    [
      { code: 'ELYSIA_DAMAGED', message: /^not finished, since Author was not/ },
      { code: 'ELYSIA_DAMAGED', message: /^(?!not finished)/ },
    ],
  )
})

t.test('what is meant for one archive is refused for two', async (t) => {
  const made = await archives()
  for (const options of [{ name: 'X' }, { schema: 'x.json' }, { tenant: 'a' }])
    await t.rejects(runRestores(await both(made), openMemory(), options), { code: 'ELYSIA_USAGE' })
  const context = { runId: 'one' }
  await t.rejects(runRestores(await both(made), openMemory(), {}, context), { code: 'ELYSIA_USAGE' })
  const twice = [await sourceOf(made.Author), await sourceOf(made.Author)]
  await t.rejects(runRestores(twice, openMemory(), {}), { message: /of the same class/ })
})

const linesOf = (path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; class: string; archive: string; object: object })

t.test('what is refused of each stands in one rejects file, and says of which archive it is', async (t) => {
  const place = directory(t)
  const rejectsPath = `${place}/rejects.jsonl`
  const refused = new Set(['Article 3', 'Author 5', 'Author 6'])
  const store = changedStore(openMemory(), (collection) => ({
    write: async (objects) => {
      const outcomes = await collection.write(objects)
      return outcomes.map((one, at) =>
        refused.has(String(objects[at]!.properties.title)) ? { ok: false, reason: 'no' } : one,
      )
    },
  }))
  const sources = await both(await archives())
  writeFileSync(rejectsPath, '{"id":null,"reason":"old","part":"x"}\n')
  await runRestores(sources, store, { verify: false }, { rejectsPath })
  const of = (at: number) => ({ archive: sources[at]!.identity!, class: sources[at]!.schema.class })
  t.match(linesOf(rejectsPath), [
    { id: idOf(3, COUNT), ...of(0), object: { id: idOf(3, COUNT) } },
    { id: idOf(5, COUNT), ...of(1) },
    { id: idOf(6, COUNT), ...of(1) },
  ])
  t.match(readFileSync(`${rejectsPath}.1`, 'utf8'), /"old"/)

  const rejected = await openSource(rejectsPath, { stdin: () => Readable.from([]) })
  const again = openMemory()
  t.match(await restore(rejected, again, {}), {
    class: 'Article',
    archive: rejectsPath,
    written: 1,
    rejected: { invalid_value: 2 },
    reject_reasons: [{ reason: 'it is of class Author, not Article', count: 2 }],
  })
})

t.test('by the command: two files with lines that are none, one --rejects, exit 3', async (t) => {
  const place = directory(t)
  for (const name of ['A', 'B']) {
    const object = JSON.stringify({ class: name, id: idOf(1), properties: { title: name } })
    writeFileSync(`${place}/${name}.jsonl`, `${object}\n{"no":"${name}"}\n`)
  }
  const files = ['A', 'B'].map((name) => `${place}/${name}.jsonl`)
  const words = [
    'col',
    'restore',
    ...files,
    '--target',
    `sqlite:${place}/s.db`,
    '--rejects',
    `${place}/r.jsonl`,
  ]
  const env = { ...process.env, XDG_DATA_HOME: place, XDG_STATE_HOME: place, XDG_CONFIG_HOME: place }
  const { status, stderr } = spawnSync(process.execPath, [COMMAND, ...words], { env, encoding: 'utf8' })
  t.equal(status, 3, stderr)
  t.match(linesOf(`${place}/r.jsonl`), [
    { id: null, part: files[0]!, archive: files[0]!, class: 'A', line: 2 },
    { id: null, part: files[1]!, archive: files[1]!, class: 'B', line: 2 },
  ])
})
