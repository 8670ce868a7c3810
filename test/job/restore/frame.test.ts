// A restore is a run: a row in the journal with its kind and counts, and events at both ends.
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { runRestore } from '../../../lib/job/restore/restore.ts'
import type { RunEvent } from '../../../lib/run/event/schema.ts'
import { openState } from '../../../lib/run/state.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { archiveOf, idOf } from '../backup/archived.ts'
import { changedStore } from '../changed.ts'
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
  t.match(report, { id: 'one', status: 'done', written: 50, retries: 0 })
  t.match(state.journal.runs(), [{ run: 'one', kind: 'restore', status: 'done', class: 'Thing' }])
  t.strictSame(state.journal.runs()[0]!.counts, {
    objects: 50,
    written: 50,
    rejected: {},
    skipped: {},
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
  const stoppable = { ...context, onEvent, stop: stop.signal }
  const { report, error } = await runRestore(source, openMemory(), { workers: 1 }, stoppable)
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
  const stoppable = { ...context, onEvent, stop: stop.signal }
  const { report, error } = await runRestore(source, store, { waitIndexed: true }, stoppable)
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

/** Rows as older versions have written them: one number of rejects. */
const OLDER = `UPDATE restored_parts
  SET facts = json_set(facts, '$.rejected', coalesce(json_extract(facts, '$.rejected.store_rejected'), 0))
  WHERE part != ''`

for (const [of, older, rejected] of [
  ['by code', false, { store_rejected: 2 }],
  ['as unknown, of rows of older versions', true, { unknown: 1, store_rejected: 1 }],
] as const) {
  t.test(`one that goes on counts what was refused before it ${of}`, async (t) => {
    const { state, context } = framed(t)
    const [first, last] = [idOf(0, 6000), idOf(5999, 6000)]
    const store = changedStore(openMemory(), (collection) => ({
      write: async (objects, call) => {
        const outcomes = await collection.write(objects, call)
        const refused = objects.filter(({ id }) => id === first || id === last).map(({ id }) => id)
        if (refused.length > 0) await collection.remove(refused)
        return outcomes.map((one, at) =>
          refused.includes(objects[at]!.id) ? { ok: false, reason: 'not this one' } : one,
        )
      },
    }))
    const files = await archiveOf(6000, { partSize: 40_000, workers: 1 })
    const stop = new AbortController()
    const onEvent = (event: RunEvent) => {
      if (event.type === 'progress' && event.done > 3000) stop.abort()
    }
    const stoppable = { ...context, onEvent, stop: stop.signal }
    const begun = await runRestore(await sourceOf(files), store, { workers: 1 }, stoppable)
    t.strictSame([begun.report.status, begun.report.rejected], ['interrupted', { store_rejected: 1 }])
    if (older) t.ok(state.database.prepare(OLDER).run().changes > 0)
    const { report, error } = await runRestore(await sourceOf(files), store, { workers: 1 }, context)
    t.equal(error, undefined)
    t.ok(report.parts_continued > 0, `${report.parts_continued} parts were done`)
    t.match(report, { status: 'done', objects: 6000, written: 5998, verification: { digest_equal: true } })
    t.strictSame(report.rejected, rejected)
    t.strictSame(state.journal.runs()[0]!.counts?.rejected, rejected)
  })
}

for (const verify of [true, false]) {
  t.test(`what reads nothing back goes on with --${verify ? '' : 'no-'}verify`, async (t) => {
    const { context } = framed(t)
    const store = openMemory()
    const files = await archiveOf(6000, { partSize: 40_000, workers: 1 })
    const stop = new AbortController()
    const onEvent = (event: RunEvent) => {
      if (event.type === 'progress' && event.done > 3000) stop.abort()
    }
    const stoppable = { ...context, onEvent, stop: stop.signal }
    const begun = await runRestore(await sourceOf(files), store, { workers: 1, verify: false }, stoppable)
    t.match(begun.report, { status: 'interrupted', verification: null })
    const { report, error } = await runRestore(await sourceOf(files), store, { workers: 1, verify }, context)
    t.equal(error, undefined)
    t.equal(report.parts_continued > 0, !verify, 'parts without a digest are written again to be read back')
    const proof = { count: 6000, expected: 6000, digest_equal: verify ? true : null }
    t.match(report, { status: 'done', objects: 6000, written: 6000, verification: proof })
  })
}
