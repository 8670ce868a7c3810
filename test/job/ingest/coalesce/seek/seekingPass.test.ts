import { deepStrictEqual, equal, ok } from 'node:assert/strict'
import {
  appendFileSync,
  closeSync,
  createReadStream,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { stampOf } from '../../../../../lib/job/ingest/coalesce/seek/fileStamp.ts'
import { ingestFiles } from '../../../../../lib/job/ingest/ingest.ts'
import type { Input } from '../../../../../lib/job/ingest/input.ts'
import type { RunEvent } from '../../../../../lib/run/event/schema.ts'
import { openState } from '../../../../../lib/run/state.ts'
import { openMemory } from '../../../../../lib/store/memory/store.ts'
import { openSqlite } from '../../../../../lib/store/sqlite/store.ts'
import { runs, tried } from '../../../../runs.ts'
import { drawing, objectsOf } from '../../killing.ts'
import { changeLine, changeLines } from '../changeLines.ts'

const RUNS = runs(8)
const directory = t.testdir()
/** Times of changes are relied on when they are a little old. */
const AGE_MS = 130
const MAX_LINE = 1024
const COUNTS = [
  'lines',
  'blank',
  'records',
  'written',
  'deleted',
  'unchanged',
  'superseded',
  'control',
  'bytes',
] as const

const text = fc.constantFrom('one', 'two', 'three', 'é'.repeat(20))

/** Lines of a change file, as bytes; some are faulty, too long, or blank. */
const line: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 16, arbitrary: changeLines(text).map((one) => Buffer.from(one)) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      Buffer.from(''),
      Buffer.from('  '),
      Buffer.from('broken'),
      Buffer.from('{"new_changeset":{"commit":"c1"}}'),
      Buffer.from([0x7b, 0xff, 0x7d]),
      Buffer.from(changeLine({ op: 'add', path: 'a.ts', content: 'x'.repeat(MAX_LINE) })),
    ),
  },
)

/** A file of such lines, with line ends of both kinds, perhaps a byte order mark, perhaps no last line end. */
const content = fc
  .record({
    lines: fc.array(fc.tuple(line, fc.constantFrom('\n', '\n', '\r\n')), { maxLength: 25 }),
    mark: fc.boolean(),
    isCut: fc.boolean(),
  })
  .map(({ lines, mark, isCut }) => {
    const pieces = lines.flatMap(([one, end], at) => [
      one,
      Buffer.from(isCut && at === lines.length - 1 ? '' : end),
    ])
    return Buffer.concat([Buffer.from(mark ? '\ufeff' : ''), ...pieces])
  })

/** The file, how often it was opened to be read from its beginning, and how often it was read to its end. */
function fileInput(file: string, seekable: boolean): Input & { opened: number; whole: number } {
  const input = {
    name: file,
    rereadable: true,
    seekable,
    opened: 0,
    whole: 0,
    open: () => {
      input.opened += 1
      return createReadStream(file, { highWaterMark: 64 }).once('end', () => {
        input.whole += 1
      })
    },
  }
  return input
}

function rejectsIn(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** What a run tells, without what depends on the clock. */
function told(events: readonly RunEvent[]): unknown[] {
  return events
    .filter(({ type }) => type !== 'run_started' && type !== 'run_ended')
    .map((event) => ({
      ...event,
      seconds: undefined,
      run: undefined,
      rejects_file: undefined,
      rate_per_second: undefined,
    }))
}

/** Takes files in, broken off again and again after some settlements, until it ends. */
async function taken(
  files: readonly string[],
  seekable: boolean,
  batchSize: number,
  seed: number,
  here: string,
) {
  const store = await openSqlite(join(here, 'store.db'))
  const rejectsPath = join(here, 'rejects.jsonl')
  try {
    const state = openState(store, here)
    const draw = drawing(seed)
    const inputs = files.map((file) => fileInput(file, seekable))
    const lives: unknown[] = []
    for (let life = 0; ; life++) {
      const kill = new AbortController()
      let left = Math.floor(draw() * 4)
      const events: RunEvent[] = []
      const { report, error } = await ingestFiles(
        inputs,
        store,
        { collection: 'A', batchSize, coalesce: '1MiB', maxLineBytes: MAX_LINE },
        {
          state,
          signal: kill.signal,
          rejectsPath,
          onEvent: (event) => {
            events.push(event)
            if (life < 3 && event.type === 'records_settled' && left-- === 0) kill.abort()
          },
        },
        { batchesAlone: true },
      )
      lives.push({ status: report.status, from: report.continued_from_line, events: told(events) })
      if (report.status === 'interrupted') continue
      equal(error, undefined)
      const counts = Object.fromEntries(COUNTS.map((name) => [name, report[name]]))
      const { skipped, rejected, commits, coalesced } = report
      return {
        lives,
        report: { ...counts, skipped, rejected, commits, coalesced },
        objects: await objectsOf(store, 'A'),
        rejects: rejectsIn(rejectsPath),
        whole: inputs.reduce((sum, { whole }) => sum + whole, 0),
      }
    }
  } finally {
    await store.close()
  }
}

t.test('only the lines that are applied are read, and nothing differs from reading all', async (t) => {
  const scenario = fc.record({
    files: fc.array(content, { minLength: 1, maxLength: 3 }),
    batchSize: fc.integer({ min: 1, max: 6 }),
    seed: fc.integer(),
  })
  let number = 0
  let [sought, continued] = [0, 0]
  const property = fc.asyncProperty(scenario, async ({ files, batchSize, seed }) => {
    const here = join(directory, `${number++}`)
    const paths = files.map((_, at) => `${here}-${at}.jsonl`)
    files.forEach((bytes, at) => {
      writeFileSync(paths[at]!, bytes)
    })
    await wait(AGE_MS)
    const plain = openMemory()
    const rejectsPath = `${here}-rejects.jsonl`
    const off = await ingestFiles(
      paths.map((file) => fileInput(file, false)),
      plain,
      { collection: 'A', batchSize: 1, workers: 1, coalesce: 'off', maxLineBytes: MAX_LINE },
      { rejectsPath },
    )
    const all = await taken(paths, false, batchSize, seed, `${here}-all`)
    const some = await taken(paths, true, batchSize, seed, `${here}-some`)
    deepStrictEqual({ ...some, whole: all.whole }, all)
    deepStrictEqual(some.objects, await objectsOf(plain, 'A'))
    deepStrictEqual(some.rejects, rejectsIn(rejectsPath))
    deepStrictEqual(some.report.rejected, off.report.rejected)
    sought += all.whole - some.whole
    continued += some.lives.filter((life) => (life as { from: number }).from > 0).length
    for (const file of [...paths, rejectsPath, `${here}-all`, `${here}-some`])
      rmSync(file, { recursive: true, force: true })
  })
  await t.resolves(fc.assert(property, tried(RUNS)))
  t.ok(sought > 0, `${sought} readings were saved`)
  t.ok(continued > 0, `${continued} runs went on in the middle`)
})

const add = (name: string, value: string) => `${changeLine({ op: 'add', path: name, content: value })}\n`
/** In lines of one length: 200 paths, each three times. */
const LINES = Array.from({ length: 600 }, (_, n) => add(`p${100 + (n % 200)}`, `v${1000 + n}`))
const WIDTH = LINES[0]!.length

/** Takes a file in two passes, with a change of it when something is told. */
async function changed(
  name: string,
  change: (file: string) => void,
  when: (event: RunEvent) => boolean,
  lines = LINES,
) {
  const file = join(directory, name)
  writeFileSync(file, lines.join(''))
  await wait(AGE_MS)
  const input = fileInput(file, true)
  const store = openMemory()
  let isChanged = false
  const { report, error } = await ingestFiles(
    [input],
    store,
    { collection: 'A', batchSize: 5, coalesce: '1MiB' },
    {
      onEvent: (event) => {
        if (isChanged || !when(event)) return
        isChanged = true
        change(file)
      },
    },
  )
  ok(isChanged)
  return { report, error, opened: input.opened, objects: await objectsOf(store, 'A') }
}

const between = ({ type }: RunEvent) => type === 'coalescing'
const during = ({ type }: RunEvent) => type === 'records_settled'

/** Overwrites a line, counted from 0, in place. */
function overwrite(at: number, text: string) {
  return (file: string) => {
    const handle = openSync(file, 'r+')
    writeSync(handle, text, at * WIDTH)
    closeSync(handle)
  }
}

t.test('a file that changes between the passes is read as a whole, and judged as ever', async (t) => {
  const applied = await changed('applied', overwrite(599, add('p299', 'v0000')), between)
  t.match(applied.error, { code: 'ELYSIA_INPUT', message: /changed while it was read/ })
  t.equal(applied.report.status, 'failed')
  const cut = await changed('cut', (file) => truncateSync(file, 590 * WIDTH), between)
  t.match(cut.error, { code: 'ELYSIA_INPUT', message: /changed while it was read/ })
  const grown = await changed('grown', (file) => appendFileSync(file, add('new', '1')), between)
  t.match(grown, { error: undefined, report: { lines: 601, written: 201 }, opened: 2 })
  const touched = await changed('touched', (file) => utimesSync(file, 1, 1), between)
  t.match(touched, { error: undefined, report: { lines: 600, written: 200, superseded: 400 }, opened: 2 })
  const replaced = await changed(
    'replaced',
    (file) => {
      writeFileSync(`${file}.new`, readFileSync(file))
      renameSync(`${file}.new`, file)
    },
    between,
  )
  t.match(replaced, { error: undefined, report: { lines: 600, written: 200 }, opened: 2 })
})

t.test('a file that changes in the second pass is noticed, even where nothing of it is read', async (t) => {
  const leftOut = await changed('left-out', overwrite(399, add('p299', 'v0000')), during)
  t.match(leftOut.error, { code: 'ELYSIA_INPUT', message: /changed while it was read/ })
  t.equal(leftOut.opened, 1)
  const applied = await changed('applied', overwrite(599, add('p299', 'v0000')), during)
  t.match(applied.error, { code: 'ELYSIA_INPUT', message: /changed while it was read/ })
  const cut = await changed('cut', (file) => truncateSync(file, 590 * WIDTH), during)
  t.match(cut.error, { code: 'ELYSIA_INPUT', message: /changed while it was read/ })
  const touched = await changed('touched', (file) => utimesSync(file, 1, 1), during)
  t.match(touched, { error: undefined, report: { status: 'done', written: 200 }, opened: 1 })
  const grown = await changed('grown', (file) => appendFileSync(file, `\n\n${add('new', '1')}`), during)
  t.match(grown, {
    error: undefined,
    report: {
      lines: 603,
      blank: 2,
      written: 201,
      superseded: 400,
      bytes: 600 * WIDTH + 2 + add('new', '1').length,
    },
    opened: 1,
  })
  const longer = [...LINES.slice(0, -1), LINES.at(-1)!.trimEnd()]
  const open = await changed('open', (file) => appendFileSync(file, ' '), during, longer)
  t.match(open.error, { code: 'ELYSIA_INPUT', message: /changed while it was read/ })
})

t.test('what is compressed, wrapped, or not said to be a file is read twice', async (t) => {
  const write = async (name: string, bytes: Buffer | string) => {
    const file = join(directory, name)
    writeFileSync(file, bytes)
    await wait(AGE_MS)
    return file
  }
  const take = async (input: Input, options = {}) => {
    const store = openMemory()
    const { report, error } = await ingestFiles([input], store, {
      collection: 'A',
      coalesce: '1MiB',
      ...options,
    })
    equal(error, undefined)
    return report
  }
  const plain = fileInput(await write('plain', LINES.join('')), true)
  t.match(await take(plain), { written: 200, coalesced: { passes: 'two' } })
  t.equal(plain.opened, 1)
  const packed = fileInput(await write('packed', gzipSync(LINES.join(''))), true)
  t.match(await take(packed), { written: 200, coalesced: { passes: 'two' } })
  t.equal(packed.opened, 3, 'its first line is looked at before')
  const other = fileInput(plain.name, false)
  t.match(await take(other), { written: 200 })
  t.equal(other.opened, 2)
  const rejects = LINES.map((one, n) =>
    JSON.stringify({ line: n + 1, code: 'not_json', reason: '', record: one.trimEnd() }),
  )
  const wrapped = fileInput(await write('rejects', rejects.join('\n')), true)
  t.match(await take(wrapped, { fromRejects: true }), { written: 200, superseded: 400 })
  t.equal(wrapped.opened, 2)
})

t.test('times are relied on only if they are a little old', async (t) => {
  const file = join(directory, 'fresh')
  writeFileSync(file, 'x\n')
  t.equal(stampOf(fileInput(file, true)), undefined)
  await wait(AGE_MS)
  t.match(stampOf(fileInput(file, true)), { ino: statSync(file, { bigint: true }).ino, size: 2n })
  t.equal(stampOf(fileInput(file, false)), undefined)
  t.equal(stampOf(fileInput(directory, true)), undefined)
  t.equal(stampOf(fileInput(join(directory, 'nowhere'), true)), undefined)
})
