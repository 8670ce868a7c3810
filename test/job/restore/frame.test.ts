// A restore is a run: a row in the journal with its kind and counts, and events at both ends.
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { runRestore } from '../../../lib/job/restore/restore.ts'
import type { RunEvent } from '../../../lib/run/event/schema.ts'
import { openState } from '../../../lib/run/state.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { archiveOf } from '../backup/archived.ts'
import { sourceOf } from './restored.ts'

function framed(t: Test) {
  const state = openState(undefined, join(t.testdir(), 'state'))
  t.teardown(() => state.close())
  const events: RunEvent[] = []
  return { state, events, context: { state, onEvent: (event: RunEvent) => void events.push(event) } }
}

t.test('one that comes to its end has a row with its counts, and says both ends', async (t) => {
  const { state, events, context } = framed(t)
  const source = await sourceOf(await archiveOf(50))
  const { report } = await runRestore(source, openMemory(), {}, { ...context, runId: 'one' })
  t.match(report, { run: 'one', status: 'done', written: 50, retries: 0 })
  t.match(state.journal.runs(), [{ run: 'one', kind: 'restore', status: 'done', class: 'Thing' }])
  t.strictSame(state.journal.runs()[0]!.counts, {
    objects: 50,
    written: 50,
    rejected: 0,
    skipped: 0,
    references: 0,
  })
  const ends = events.filter(({ type }) => type.startsWith('run_'))
  t.match(ends, [
    { type: 'run_started', run: 'one', kind: 'restore' },
    { type: 'run_ended', run: 'one', status: 'done' },
  ])
})

t.test('one that is stopped is interrupted, and its row says how far it came', async (t) => {
  const { state, context } = framed(t)
  const stop = new AbortController()
  const onEvent = (event: RunEvent) => {
    if (event.type === 'progress') stop.abort()
  }
  const source = await sourceOf(await archiveOf(6000, { partSize: 40_000, workers: 1 }))
  const around = { ...context, onEvent, stop: stop.signal }
  const { report, error } = await runRestore(source, openMemory(), { workers: 1 }, around)
  t.equal(error, stop.signal.reason)
  t.equal(report.status, 'interrupted')
  t.ok(report.written > 0 && report.written < 6000)
  t.match(state.journal.runs(), [{ status: 'interrupted', counts: { written: report.written } }])
})

t.test('one that is stopped while it waits for the index is interrupted', async (t) => {
  const { state, context } = framed(t)
  const stop = new AbortController()
  const onEvent = ({ type }: RunEvent) => {
    if (type === 'indexing') setTimeout(() => stop.abort(), 20)
  }
  const store = openMemory()
  store.unindexed = async () => 5
  const source = await sourceOf(await archiveOf(5))
  const around = { ...context, onEvent, stop: stop.signal }
  const { report, error } = await runRestore(source, store, { waitIndexed: true }, around)
  t.equal(error, stop.signal.reason)
  t.match(report, { status: 'interrupted', written: 5 })
  t.match(state.journal.runs(), [{ status: 'interrupted' }])
})

t.test('a dry run leaves no row', async (t) => {
  const { state, events, context } = framed(t)
  const source = await sourceOf(await archiveOf(50))
  const { report } = await runRestore(source, openMemory(), { dryRun: true }, context)
  t.equal(report.status, 'planned')
  t.strictSame(state.journal.runs(), [])
  t.notOk(events.some(({ type }) => type === 'run_started'))
})
