import { execFileSync } from 'node:child_process'
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { ingestFiles } from '../../lib/job/ingest/ingest.ts'
import type { Input } from '../../lib/job/ingest/input.ts'
import type { IngestOptionsInput } from '../../lib/job/ingest/options.ts'
import type { WriteContext } from '../../lib/run/context.ts'
import { RejectsFile } from '../../lib/run/rejectsFile.ts'
import { openState } from '../../lib/run/state.ts'
import { openSqlite } from '../../lib/store/sqlite/store.ts'

const BAD = 'bad\n'
const GOOD = '{"repo":"r","op":"add","path":"a","content":"1"}\n'

async function place(t: Test) {
  const directory = t.testdir({ state: {} })
  const at = (name: string) => join(directory, name)
  const store = await openSqlite(at('store.db'))
  const state = openState(store, at('state'))
  t.teardown(() => store.close())
  const run = (
    name: string,
    text: string,
    context: WriteContext,
    options: Partial<IngestOptionsInput> = {},
  ) => {
    const input: Input = { name: at(name), rereadable: true, open: () => Readable.from([Buffer.from(text)]) }
    return ingestFiles([input], store, { collection: 'c', batchSize: 1, ...options }, { state, ...context })
  }
  return { directory, at, store, state, run }
}

const numbers = (path: string) =>
  readFileSync(path, 'utf8')
    .match(/(?<="line":)\d+/g)
    ?.map(Number)
const line = (number: number) => ({
  line: number,
  code: 'not_json',
  reason: 'no',
  record: `record ${number}`,
})

t.test('a run without rejects leaves none in the place of its rejects, and keeps the old ones', async (t) => {
  const { at, run } = await place(t)
  const rejectsPath = at('r.jsonl')
  t.equal((await run('a', BAD, { rejectsPath })).report.status, 'done')
  t.same(numbers(rejectsPath), [1])
  t.equal((await run('b', GOOD, { rejectsPath })).report.status, 'done')
  t.notOk(existsSync(rejectsPath))
  t.same(numbers(`${rejectsPath}.1`), [1])
})

t.test(
  'the rejects of the last run are kept as .1, and what is no rejects file is never replaced',
  async (t) => {
    const { at, run } = await place(t)
    const rejectsPath = at('notes.txt')
    writeFileSync(rejectsPath, 'notes of somebody')
    await run('a', BAD, { rejectsPath })
    t.equal(readFileSync(`${rejectsPath}.1`, 'utf8'), 'notes of somebody')
    await run('b', GOOD + BAD, { rejectsPath })
    await run('c', `${GOOD}\n${BAD}`, { rejectsPath })
    t.equal(readFileSync(`${rejectsPath}.1`, 'utf8'), 'notes of somebody')
    t.same(numbers(`${rejectsPath}.2`), [2], 'an older rejects file is')
    t.same(numbers(rejectsPath), [3])
    t.same(readdirSync(at('.')).sort(), [
      'notes.txt',
      'notes.txt.1',
      'notes.txt.2',
      'state',
      'store.db',
      'store.db-shm',
      'store.db-wal',
    ])
  },
)

t.test('rejects never go over what is read, the store or the state, under whatever name', async (t) => {
  const { at, store, run } = await place(t)
  await store.create({ class: 'Other' })
  writeFileSync(at('in.jsonl'), BAD)
  writeFileSync(at('class.json'), '{"class":"C"}')
  mkdirSync(at('state/locks'))
  mkdirSync(at('directory'))
  symlinkSync('in.jsonl', at('link'))
  symlinkSync('link', at('link-to-link'))
  linkSync(at('in.jsonl'), at('hard'))
  symlinkSync('store.db', at('store-link'))
  linkSync(at('store.db-wal'), at('wal'))
  symlinkSync('.', at('around'))
  symlinkSync('state', at('state-link'))
  const names = [
    'in.jsonl',
    'link',
    'link-to-link',
    'hard',
    'around/in.jsonl',
    'class.json',
    'store.db',
    'store-link',
    'store.db-wal',
    'store.db-shm',
    'store.db-journal',
    'around/store.db',
    'wal',
    'state/runs.db',
    'state/x.spool',
    'state/locks/a.lock',
    'state-link/catalog.db',
    'directory',
  ]
  for (const name of names) {
    for (const dryRun of [false, true]) {
      const refused = run('in.jsonl', BAD, { rejectsPath: at(name) }, { schema: at('class.json'), dryRun })
      await t.rejects(refused, { code: 'ELYSIA_USAGE', message: /--rejects / }, name)
    }
  }
  t.equal(readFileSync(at('in.jsonl'), 'utf8'), BAD)
  t.equal((await store.list()).length, 1, 'nothing was begun')
})

t.test('an input that is named like a kept rejects file keeps its name', async (t) => {
  const { at, run } = await place(t)
  const rejectsPath = at('r.jsonl')
  await run('a', BAD, { rejectsPath })
  renameSync(rejectsPath, `${rejectsPath}.1`)
  await run('b', GOOD + BAD, { rejectsPath })
  const corrected = readFileSync(`${rejectsPath}.1`, 'utf8')
  const { report } = await run('r.jsonl.1', corrected, { rejectsPath }, { fromRejects: true })
  t.match(report, { status: 'done', rejected: { not_json: 1 } })
  t.equal(readFileSync(`${rejectsPath}.1`, 'utf8'), corrected)
  t.same([numbers(rejectsPath), numbers(`${rejectsPath}.2`)], [[1], [2]])
})

t.test('a link that was named stays, and the file behind it is replaced', async (t) => {
  const { at, run } = await place(t)
  writeFileSync(at('real'), 'old')
  symlinkSync('real', at('r.jsonl'))
  await run('a', BAD, { rejectsPath: at('r.jsonl') })
  t.ok(lstatSync(at('r.jsonl')).isSymbolicLink())
  t.same(numbers(at('real')), [1])
  t.equal(readFileSync(at('real.1'), 'utf8'), 'old')
})

t.test(
  'a run that was stopped puts its rejects in place, and goes on in them, whoever wrote there',
  async (t) => {
    const { at, run } = await place(t)
    const rejectsPath = at('r.jsonl')
    const text = BAD + GOOD + BAD + BAD
    const first = await run('a', text, { rejectsPath }, { maxErrors: '0' })
    t.equal(first.report.status, 'failed')
    t.same(numbers(rejectsPath), [1])
    await run('other', GOOD + GOOD + GOOD + GOOD + BAD, { rejectsPath })
    t.same([numbers(rejectsPath), numbers(`${rejectsPath}.1`)], [[5], [1]])
    const { report } = await run('a', text, { rejectsPath })
    t.match(report, { status: 'done', id: first.report.id, rejected: { not_json: 3 } })
    t.same(numbers(rejectsPath), [1, 3, 4], 'all of the continued run')
    t.same(numbers(`${rejectsPath}.1`), [5], 'and those of the other')
  },
)

t.test('going on from what is in place leaves no second copy of it', async (t) => {
  const { at, run } = await place(t)
  const rejectsPath = at('r.jsonl')
  await run('a', BAD + BAD, { rejectsPath }, { maxErrors: '0' })
  await run('a', BAD + BAD, { rejectsPath })
  t.same(numbers(rejectsPath), [1, 2])
  t.notOk(existsSync(`${rejectsPath}.1`))
})

t.test('killed anywhere, each reject stands once in the end', (t) => {
  const path = join(t.testdir(), 'r.jsonl')
  const killed = new RejectsFile(path, { run: 'run' })
  killed.reset()
  killed.append([line(1)])
  const { bytes, digest } = killed
  killed.append([line(2), line(3)])
  t.notOk(existsSync(path), 'not in its place before the end')
  const again = new RejectsFile(path, { run: 'run' })
  again.continueAt(bytes, digest)
  again.append([line(2)])
  again.place(true)
  t.same(numbers(path), [1, 2])
  const later = new RejectsFile(path, { run: 'run' })
  later.continueAt(again.bytes, again.digest)
  later.place(true)
  t.same(numbers(path), [1, 2], 'killed between its place and the end of the run')
  t.same(readdirSync(join(path, '..')), ['r.jsonl'])
  t.end()
})

t.test('a link that is planted where the file is made is not followed', (t) => {
  const directory = t.testdir({ secret: 'of the user' })
  const path = join(directory, 'r.jsonl')
  const file = new RejectsFile(path, { run: 'run' })
  file.reset()
  symlinkSync('secret', `${path}.run.part`)
  t.throws(() => file.append([line(1)]), { code: 'ELYSIA_STATE' })
  t.equal(readFileSync(join(directory, 'secret'), 'utf8'), 'of the user')
  t.end()
})

t.test('a pipe takes the rejects as they come, and is neither moved nor removed', async (t) => {
  const { at, run } = await place(t)
  const pipe = at('pipe')
  execFileSync('mkfifo', [pipe])
  const reading = import('node:fs/promises').then(({ readFile }) => readFile(pipe, 'utf8'))
  await run('a', BAD, { rejectsPath: pipe })
  t.match(await reading, /"line":1/)
  t.ok(lstatSync(pipe).isFIFO())
})
