// A backup is a run: it has a report also where it fails, a row in the journal, and says when it begins and ends.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import t, { type Test } from 'tap'
import { readJournal } from '../../../lib/archive/journal.ts'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { ElysiaError } from '../../../lib/core/errors.ts'
import { backup, runBackup } from '../../../lib/job/backup/backup.ts'
import { runBackupFile } from '../../../lib/job/backup/destination.ts'
import { runBackupSingle } from '../../../lib/job/backup/single.ts'
import type { RunEvent } from '../../../lib/run/event/schema.ts'
import { openState } from '../../../lib/run/state.ts'
import { changedStore } from '../changed.ts'
import { things } from './archived.ts'

const COUNT = 6000
const OPTIONS = { compression: 'none', partSize: 40_000, workers: 1 }

function framed(t: Test) {
  const directory = t.testdir()
  const state = openState(undefined, join(directory, 'state'))
  t.teardown(() => state.close())
  const events: RunEvent[] = []
  return {
    directory,
    state,
    events,
    context: { state, onEvent: (event: RunEvent) => void events.push(event) },
  }
}

t.test('one that comes to its end has a row with its counts', async (t) => {
  const { state, events, context } = framed(t)
  const store = await things(COUNT)
  const ended = await runBackup(store, 'Thing', memoryStorage(), OPTIONS, { ...context, runId: 'one' })
  t.equal(ended.error, undefined)
  const { objects, parts, vectors, bytes } = ended.report
  t.match(ended.report, { id: 'one', status: 'done', objects: COUNT, archive: ended.manifest?.id })
  t.match(state.journal.runs(), [
    { run: 'one', kind: 'backup', status: 'done', target: store.target, class: 'Thing', inputs: ['memory'] },
  ])
  t.strictSame(state.journal.runs()[0]!.counts, { objects, vectors, parts, bytes })
  t.match(events[0], { type: 'run_started', run: 'one', kind: 'backup' })
  t.match(events.at(-1), { type: 'run_ended', run: 'one', status: 'done' })
})

t.test('one that fails half-way reports the parts that --resume keeps', async (t) => {
  const { state, context } = framed(t)
  let pages = 0
  const store = changedStore(await things(COUNT), (inner) => ({
    async *read(...asked) {
      for await (const page of inner.read(...asked)) {
        // Not those that look for ranges.
        if (asked[0].vectors && ++pages > 8)
          throw new ElysiaError('ELYSIA_STORE', 'the store has lost its data')
        yield page
      }
    },
  }))
  const files: Files = new Map()
  const storage = memoryStorage(files)
  const { report, error, manifest } = await runBackup(store, 'Thing', storage, OPTIONS, context)
  t.match(error, { code: 'ELYSIA_STORE' })
  t.equal(manifest, undefined)
  const noted = (await readJournal(storage))!.parts
  t.ok(noted.length > 0 && report.objects > 0)
  t.match(report, {
    status: 'failed',
    parts: noted.length,
    error: { code: 'ELYSIA_STORE' },
    counts: undefined,
  })
  t.equal(
    report.objects,
    noted.reduce((sum, part) => sum + part.objects, 0),
  )
  t.match(state.journal.runs(), [{ status: 'failed', error: { code: 'ELYSIA_STORE' } }])
  const again = await runBackup(await sameTarget(store), 'Thing', storage, OPTIONS, {
    ...context,
    resume: true,
  })
  t.match(again.report, { status: 'done', parts_kept: noted.length, objects: COUNT })
})

/** The store without its fault. */
async function sameTarget(store: Awaited<ReturnType<typeof things>>) {
  return changedStore(await things(COUNT), () => ({}), { target: store.target })
}

t.test('one that is stopped is interrupted, as its row says', async (t) => {
  const { state, context } = framed(t)
  const stop = new AbortController()
  const onEvent = (event: RunEvent) => {
    if (event.type === 'progress') stop.abort()
  }
  const stoppable = { ...context, onEvent, stop: stop.signal }
  const { report, error } = await runBackup(await things(COUNT), 'Thing', memoryStorage(), OPTIONS, stoppable)
  t.equal(error, stop.signal.reason)
  t.equal(report.status, 'interrupted')
  t.match(state.journal.runs(), [{ status: 'interrupted' }])
})

t.test('what keeps one from beginning is thrown, and leaves no row', async (t) => {
  const { state, context } = framed(t)
  const into = (name: string, storage = memoryStorage()) =>
    things(1).then((store) => runBackup(store, name, storage, OPTIONS, context))
  await t.rejects(into('Nothing'), { code: 'ELYSIA_NOT_FOUND' })
  const files: Files = new Map([['notes.txt', Buffer.from('mine')]])
  await t.rejects(into('Thing', memoryStorage(files)), { code: 'ELYSIA_CONFLICT' })
  t.strictSame(state.journal.runs(), [])
})

t.test('a single file and a pipe are runs as well', async (t) => {
  const { directory, state, context } = framed(t)
  const file = join(directory, 'things.jsonl')
  const single = { compression: 'none' }
  const made = await runBackupFile(await things(10), 'Thing', file, single, context)
  t.match(made.report, { status: 'done', objects: 10, location: file })
  const stream = new PassThrough().resume()
  await runBackupSingle(await things(10), 'Thing', { stream, location: '-' }, single, context)
  const empty = join(directory, 'empty.jsonl')
  const failed = await runBackupFile(await things(0), 'Thing', empty, single, context)
  t.match(failed.report, { status: 'failed', error: { code: 'ELYSIA_INCOMPLETE' } })
  t.notOk(existsSync(empty), 'and nothing is left of it')
  t.match(
    state.journal.runs().map(({ status, inputs }) => [status, inputs[0]]),
    [
      ['failed', empty],
      ['done', '-'],
      ['done', file],
    ],
  )
})

t.test('backup throws what runBackup resolves with', async (t) => {
  await t.rejects(backup(await things(1), 'Nothing', memoryStorage(), {}), { code: 'ELYSIA_NOT_FOUND' })
})
