import { deepStrictEqual, equal } from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { ingestFiles } from '../../../../lib/job/ingest/ingest.ts'
import type { Input } from '../../../../lib/job/ingest/input.ts'
import type { RunEvent } from '../../../../lib/run/event/schema.ts'
import { openState } from '../../../../lib/run/state.ts'
import { openMemory } from '../../../../lib/store/memory/store.ts'
import { openSqlite } from '../../../../lib/store/sqlite/store.ts'
import type { Store } from '../../../../lib/store/store.ts'
import { runs, tried } from '../../../runs.ts'
import { drawing, objectsOf } from '../killing.ts'
import { changeLine, changeLines } from './changeLines.ts'

type Line = string

const RUNS = runs(20)

const text = fc.constantFrom('one', 'two', 'three')

/** Lines of a change file, some of them faulty. */
const line: fc.Arbitrary<Line> = fc.oneof(
  { weight: 14, arbitrary: changeLines(text) },
  { weight: 1, arbitrary: fc.constantFrom('', 'broken', '{"repo":"A","op":"add","path":"a.ts"}') },
)

function file(name: string, lines: readonly Line[]): Input {
  return {
    name,
    rereadable: true,
    open: () => Readable.from([Buffer.from(lines.map((one) => `${one}\n`).join(''))]),
  }
}

const inputsOf = (files: readonly (readonly Line[])[]) =>
  files.map((lines, index) => file(`${index}.jsonl`, lines))

/** What is stored, and which lines were rejected, when all is applied one at a time. */
async function oneByOne(files: readonly (readonly Line[])[], before: readonly Line[], rejectsPath: string) {
  const store = openMemory()
  const options = { collection: 'A', batchSize: 1, workers: 1, coalesce: 'off' }
  if (before.length > 0) await ingestFiles([file('before', before)], store, options)
  const { report } = await ingestFiles(inputsOf(files), store, options, { rejectsPath })
  return { objects: await objectsOf(store, 'A'), rejects: rejectsIn(rejectsPath), report }
}

function rejectsIn(path: string): string[] {
  try {
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    rmSync(path)
    return lines.map((one) => {
      const { line, code, source } = JSON.parse(one)
      return `${source ?? ''}:${line} ${code}`
    })
  } catch {
    return []
  }
}

async function place(t: Test, name = 'store') {
  const directory = t.testdir()
  const store = await openSqlite(join(directory, `${name}.db`))
  t.teardown(() => store.close())
  return { store, state: openState(store, directory), directory }
}

t.test('interrupted anywhere and given again, on or off, all ends as if applied one by one', async (t) => {
  const directory = t.testdir()
  const scenario = fc.record({
    files: fc.array(fc.array(line, { maxLength: 20 }), { minLength: 1, maxLength: 3 }),
    before: fc.array(line, { maxLength: 5 }),
    batchSize: fc.integer({ min: 1, max: 6 }),
    seed: fc.integer(),
  })
  let [saved, number] = [0, 0]
  const property = fc.asyncProperty(scenario, async ({ files, before, batchSize, seed }) => {
    const here = join(directory, `${number++}`)
    const expected = await oneByOne(files, before, join(directory, 'plain.jsonl'))
    const store = await openSqlite(join(here, 'store.db'))
    try {
      const state = openState(store, here)
      if (before.length > 0) await ingestFiles([file('before', before)], store, { collection: 'A' })
      const draw = drawing(seed)
      for (let life = 0; ; life++) {
        const kill = new AbortController()
        let left = Math.floor(draw() * 4)
        const coalesce = draw() < 0.7 ? '1MiB' : 'off'
        const { report } = await ingestFiles(
          inputsOf(files),
          store,
          { collection: 'A', batchSize, coalesce },
          {
            state,
            signal: kill.signal,
            rejectsPath: join(here, 'rejects.jsonl'),
            onEvent: ({ type }) => {
              if (life < 4 && type === 'records_settled' && left-- === 0) kill.abort()
            },
          },
        )
        if (report.status !== 'done') continue
        equal(report.lines, expected.report.lines)
        equal(report.records, expected.report.records)
        deepStrictEqual(report.rejected, expected.report.rejected)
        deepStrictEqual(report.skipped, expected.report.skipped)
        deepStrictEqual(report.commits, expected.report.commits)
        saved += report.superseded
        break
      }
      deepStrictEqual(rejectsIn(join(here, 'rejects.jsonl')), expected.rejects)
      deepStrictEqual(await objectsOf(store, 'A'), expected.objects)
    } finally {
      await store.close()
      rmSync(here, { recursive: true, force: true })
    }
  })
  await t.resolves(fc.assert(property, tried(RUNS)))
  // A single run may save none.
  t.ok(saved > 0, `${saved} writes saved`)
})

const add = (path: string, content: string) => changeLine({ op: 'add', path, content })
const options = { collection: 'A', batchSize: 1, coalesce: '1MiB' }

/** Begins a run over these lines and breaks it off after the first batch. */
async function brokenOff(store: Store, state: ReturnType<typeof openState>, lines: readonly Line[]) {
  const kill = new AbortController()
  const context = {
    state,
    signal: kill.signal,
    onEvent: ({ type }: RunEvent) => {
      if (type === 'records_settled') kill.abort()
    },
  }
  const { report } = await ingestFiles([file('f', lines)], store, options, context, { batchesAlone: true })
  return report
}

const LINES = [add('a', '1'), add('b', '1'), add('c', '1'), add('a', '2')]

t.test(
  'what was left out for a later record is written where that record is gone when the run goes on',
  async (t) => {
    const { store, state } = await place(t)
    const first = await brokenOff(store, state, LINES)
    t.match(first, { status: 'interrupted', superseded: 1, written: 1 })
    const events: RunEvent[] = []
    const { report } = await ingestFiles([file('f', LINES.slice(0, 3))], store, options, {
      state,
      onEvent: (event) => void events.push(event),
    })
    t.match(report, { status: 'done', continued_from_line: 0, superseded: 0 })
    t.match(
      events.find(({ type }) => type === 'run_started_over'),
      { reason: 'input_changed' },
    )
    t.strictSame(
      (await objectsOf(store, 'A'))
        .map(({ properties }) => `${properties.file_path}${properties.content}`)
        .sort(),
      ['a1', 'b1', 'c1'],
    )
  },
)

t.test(
  'an input that has grown meanwhile goes on where it was, and so does one without --coalesce',
  async (t) => {
    for (const coalesce of ['1MiB', 'off']) {
      const { store, state } = await place(t, coalesce)
      await brokenOff(store, state, LINES)
      const { report } = await ingestFiles(
        [file('f', [...LINES, add('c', '3')])],
        store,
        { ...options, coalesce },
        { state },
      )
      t.match(report, {
        status: 'done',
        continued_from_line: 2,
        lines: 5,
        coalesced: { passes: 'two', writes_saved: 2 },
      })
      await store.drop('A')
    }
  },
)

t.test(
  'an input that changes between the passes ends the run, and the next begins at its first line',
  async (t) => {
    const { store, state } = await place(t)
    let readings = 0
    const changing: Input = {
      name: 'f',
      rereadable: true,
      open: () => {
        const lines = readings++ === 0 ? LINES : [...LINES.slice(0, 3), add('d', '2')]
        return Readable.from([Buffer.from(lines.map((one) => `${one}\n`).join(''))])
      },
    }
    const { report, error } = await ingestFiles([changing], store, options, { state })
    t.match(error, { code: 'ELYSIA_INPUT', message: /changed while it was read/ })
    t.equal(report.status, 'failed')
    const again = await ingestFiles([changing], store, options, { state })
    t.match(again.report, { status: 'done', continued_from_line: 0, superseded: 0 })
    t.equal((await objectsOf(store, 'A')).length, 4)
  },
)

t.test('each record that is left out names the line that replaced it, in the events', async (t) => {
  const events: RunEvent[] = []
  const store = openMemory()
  const { report } = await ingestFiles(
    [file('f', LINES), file('g', [add('b', '9')])],
    store,
    { ...options, batchSize: 10 },
    { onEvent: (event) => void events.push(event) },
  )
  t.match(report, { records: 5, written: 3, superseded: 2, coalesced: { passes: 'two', writes_saved: 2 } })
  t.match(
    events.find(({ type }) => type === 'coalescing'),
    { passes: 'two', records: 5, superseded: 2 },
  )
  t.strictSame(
    events.filter((event) => event.type === 'records_superseded'),
    [
      {
        type: 'records_superseded',
        input: 0,
        records: [
          { line: 1, by: { line: 4 } },
          { line: 2, by: { line: 1, input: 1 } },
        ],
      },
    ],
  )
})
