import t, { type Test } from 'tap'
import { openDatabase } from '../../lib/database/connection.ts'
import type { RunContext } from '../../lib/run/context.ts'
import type { RunEvent } from '../../lib/run/event/schema.ts'
import type { RunKind } from '../../lib/run/record.ts'
import { Run, runJob } from '../../lib/run/run.ts'
import { openState, runsNow, type State } from '../../lib/run/state.ts'
import { emptyTally } from '../../lib/run/tally.ts'

const KEY = { target: 'T', class: 'C', inputs: ['in'] }

function stateOf(t: Test) {
  const state = openState(undefined, t.testdir())
  t.teardown(() => state.close())
  return state
}

interface Small {
  readonly status: string
  readonly written: number
}

/** A job that writes two things, and then ends as `finish` says. */
function small(
  t: Test,
  kind: RunKind,
  finish: (run: Run) => void,
  { before = () => {}, ...more }: RunContext & { before?(state: State): void } = {},
) {
  const state = stateOf(t)
  before(state)
  const events: RunEvent[] = []
  const run = new Run(kind, { state, onEvent: (event) => void events.push(event), ...more })
  let written = 0
  const work = async () => {
    run.begin({ run: 'one', key: KEY, collection: 'c' })
    written = 2
    finish(run)
  }
  const ended = runJob<Small>(run, work, {
    report: ({ status }) => ({ status, written }),
    counts: (report) => ({ written: report.written }),
  })
  return { ended, state, events }
}

t.test('a run that comes to its end has a row with its kind and counts, and says both ends', async (t) => {
  const { ended, state, events } = small(t, 'verify', () => {})
  t.same(await ended, { report: { status: 'done', written: 2 } })
  t.match(state.journal.runs(), [
    { run: 'one', kind: 'verify', status: 'done', target: 'T', counts: { written: 2 }, error: undefined },
  ])
  t.match(events, [
    { type: 'run_started', run: 'one', kind: 'verify', target: 'T' },
    { type: 'run_ended', run: 'one', status: 'done' },
  ])
})

t.test('a run that fails reports all the same, and its row has the code of the error', async (t) => {
  const failure = new Error('boom')
  const { ended, state } = small(t, 'backup', () => {
    throw failure
  })
  t.same(await ended, { report: { status: 'failed', written: 2 }, error: failure })
  t.match(state.journal.runs(), [
    { status: 'failed', counts: { written: 2 }, error: { code: 'ELYSIA_INTERNAL', message: 'boom' } },
  ])
})

t.test('a run that was told to stop is interrupted, not failed', async (t) => {
  const stop = new AbortController()
  const { ended, state } = small(
    t,
    'backup',
    () => {
      stop.abort()
      throw stop.signal.reason
    },
    { stop: stop.signal },
  )
  t.match(await ended, { report: { status: 'interrupted' } })
  t.match(state.journal.runs(), [{ status: 'interrupted' }])
})

t.test('a row says running while its process is there, and two runs alike are two rows', async (t) => {
  const { ended, state } = small(t, 'watch', (run) => {
    const state = run.context.state!
    t.match(runsNow(state, 'T'), [{ run: 'one', status: 'running' }])
    run.note({ files: 7 })
    t.match(state.journal.find('one'), { counts: { files: 7 } })
    const second = new Run('watch', { state })
    second.begin({ run: 'two', key: KEY, collection: 'c' })
    t.equal(state.journal.runs().length, 2)
    second.end({ error: undefined, report: () => ({}), counts: () => ({}) })
  })
  await ended
  t.match(runsNow(state, 'T'), [
    { run: 'two', status: 'done' },
    { run: 'one', status: 'done' },
  ])
})

t.test('a run that goes on is running, and says no more what ended it before', async (t) => {
  const state = stateOf(t)
  state.journal.begin('one', KEY, 'c', 'ingest')
  state.journal.finish('one', 'failed', { error: { code: 'ELYSIA_UNREACHABLE', message: 'it was away' } })
  const run = new Run('ingest', { state })
  run.begin({ run: 'one', key: KEY, collection: 'c' }, true)
  t.match(state.journal.find('one'), { status: 'running', error: undefined })
  run.end({ error: undefined, report: () => ({}), counts: () => ({}) })
  t.match(state.journal.find('one'), { status: 'done', error: undefined })
})

t.test('history that cannot be written is an event, and the run goes on', async (t) => {
  const { ended, events } = small(t, 'cleanup', (run) => {
    run.context.state!.close()
    run.note({ removed: 1 })
  })
  t.same(await ended, { report: { status: 'done', written: 2 } })
  t.match(events.map(({ type }) => type).sort(), ['history_not_written', 'run_ended', 'run_started'])
})

t.test('a row that could not be written for a while has its end all the same', async (t) => {
  const { ended, state, events } = small(t, 'cleanup', (run) => {
    const free = busy(run)
    run.note({ removed: 1 })
    free()
  })
  await ended
  t.match(runsNow(state, 'T'), [{ run: 'one', status: 'done', counts: { written: 2 } }])
  t.equal(events.filter(({ type }) => type === 'history_not_written').length, 1)
})

t.test('a row whose end cannot be written does not say running for ever', async (t) => {
  const { ended, state } = small(t, 'cleanup', busy)
  t.match(await ended, { report: { status: 'done' } })
  t.match(runsNow(state, 'T'), [{ run: 'one', status: 'interrupted' }])
})

/** Another process writes to the journal until it is told to end, or the test does. */
function busy({ context }: Run): () => void {
  const { database } = context.state!
  database.pragma('busy_timeout = 0')
  const other = openDatabase(database.name)
  other.exec('BEGIN IMMEDIATE')
  return () => other.close()
}

t.test('a run id of another run is refused, and that one keeps its row and its checkpoint', async (t) => {
  for (const kind of ['backup', 'verify', 'cleanup', 'watch', 'restore'] as const) {
    const { ended, state, events } = small(t, kind, () => {}, { before: taken })
    t.match(await ended, {
      report: { written: 0 },
      error: { code: 'ELYSIA_CONFLICT', message: /the run one/ },
    })
    t.match(state.journal.find('one'), { kind: 'ingest', status: 'running', counts: { written: 7 } }, kind)
    t.strictSame(events, [], kind)
  }
})

/** An ingest of the same inputs into the same class has the name. */
function taken({ journal }: State) {
  journal.begin('one', KEY, 'c')
  journal.commit('one', {
    ...{ input: 0, mark: { line: 7, digest: 'd' }, before: { lines: 0, bytes: 0 }, rejectsBytes: 0 },
    ...{ tally: { ...emptyTally(), written: 7 }, commits: new Map(), kept: [] },
  })
}

t.test('what an ingest cannot note has failed', async (t) => {
  const { ended } = small(t, 'ingest', (run) => run.context.state!.close())
  t.match(await ended, { report: { status: 'failed' }, error: Error })
})

t.test('a journal without kinds and counts is brought to have them', async (t) => {
  const directory = t.testdir()
  const older = openDatabase(`${directory}/runs.db`)
  openState(undefined, directory).close()
  for (const column of ['kind', 'counts', 'error_code', 'shown'])
    older.exec(`ALTER TABLE runs DROP COLUMN ${column}`)
  const insert = older.prepare(
    "INSERT INTO runs VALUES (?, ?, 'done', 'c', 'C', 'T', ?, 'then', 'then', ?, ?)",
  )
  insert.run('ingest', 'k1', '["a.jsonl"]', '{"tally":{"lines":3,"written":3}}', null)
  insert.run('restore', 'k2', '["archive 20261125t100300-1"]', null, 'boom')
  older.close()
  const state = openState(undefined, directory)
  t.teardown(() => state.close())
  t.match(state.journal.runs(), [
    {
      run: 'restore',
      kind: 'restore',
      counts: undefined,
      error: { code: 'ELYSIA_INTERNAL', message: 'boom' },
    },
    { run: 'ingest', kind: 'ingest', counts: { lines: 3, written: 3 }, error: undefined },
  ])
})
