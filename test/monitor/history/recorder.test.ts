import { join } from 'node:path'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { ElysiaError } from '../../../lib/core/errors.ts'
import { openDatabase } from '../../../lib/database/connection.ts'
import { runBackup } from '../../../lib/job/backup/backup.ts'
import { ingest } from '../../../lib/job/ingest/ingest.ts'
import { History } from '../../../lib/monitor/history/history.ts'
import { recordHistory } from '../../../lib/monitor/history/record.ts'
import type { RecordedCommand } from '../../../lib/monitor/history/recordedCommand.ts'
import { Recorder } from '../../../lib/monitor/history/recorder.ts'
import type { PlaceMeter } from '../../../lib/monitor/progress/places.ts'
import type { RunEvent } from '../../../lib/run/event/schema.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'

const COMMAND: RecordedCommand = {
  trigger: 'cron',
  command: ['col', 'backup', 'A', '--target', 'http://me:secret@db:8080'],
  directory: '/srv',
  expected: { kind: 'backup', collection: 'A' },
}

function recording(t: Test, recorded: RecordedCommand = COMMAND) {
  const path = join(t.testdir(), 'history.db')
  const said: RunEvent[] = []
  const recorder = new Recorder(
    () => new History(path),
    recorded,
    (event) => void said.push(event),
  )
  const reader = new History(path)
  t.teardown(() => reader.close())
  return { recorder, reader, said, path }
}

const STARTED: RunEvent = {
  type: 'run_started',
  run: 'one',
  kind: 'backup',
  target: 'http://db:8080?grpc=db:50051',
  collection: 'A',
}

t.test('a run is noted when it begins, and with all that it says at its end', async (t) => {
  const { recorder, reader, said } = recording(t)
  recorder.onEvent(STARTED)
  t.match(reader.list(), [{ id: 'one', status: 'running', collection: 'A' }])
  recorder.onEvent({ type: 'progress', unit: 'objects', done: 5, total: 10, phase: 'writing' })
  recorder.onEvent({
    ...{ type: 'run_ended', run: 'one', status: 'done', seconds: 2, retries: 1 },
    ...{ counts: { objects: 10, parts: 1 }, archive: 'x', archive_bytes: 7, bytes_in: 9, bytes_out: 7 },
    rate_per_second: 5,
  })
  t.match(reader.list(), [
    { status: 'done', seconds: 2, records: 10, retries: 1, archive: 'x', archive_bytes: 7 },
  ])
  await recorder.end({ exitCode: 0 })
  const [one] = reader.list()
  t.match(one, { exit_code: 0, trigger: 'cron', rate_per_second: 5, bytes_in: 9, directory: '/srv' })
  t.notMatch(JSON.stringify(one), /secret/)
  t.strictSame(said, [])
})

t.test('that a run stands still is noted at once, however little ago it moved', async (t) => {
  const { recorder, reader } = recording(t)
  recorder.onEvent(STARTED)
  recorder.onEvent({ type: 'progress', unit: 'objects', done: 5 })
  recorder.onEvent({ type: 'stalled', run: 'one', seconds: 60, for: 'server', waits_for: 'db:8080' })
  t.match(reader.list(), [{ progress: { done: 5, waits_for: 'db:8080' } }])
  recorder.onEvent({ type: 'resumed', run: 'one', seconds: 61 })
  t.equal(reader.list()[0]!.progress!.waits_for, undefined)
})

t.test('what ended a run is in its entry; so is what ended the command after it', async (t) => {
  const { recorder, reader } = recording(t)
  const error = { code: 'ELYSIA_UNREACHABLE', message: 'away', hint: 'wait' }
  recorder.onEvent(STARTED)
  recorder.onEvent({ type: 'run_ended', run: 'one', status: 'failed', error })
  await recorder.end({ exitCode: 13 })
  t.match(reader.list(), [{ status: 'failed', exit_code: 13, error }])
  recorder.onEvent({ ...STARTED, run: 'two' })
  recorder.onEvent({ type: 'run_ended', run: 'two', status: 'done', counts: {} })
  await recorder.end({ exitCode: 1, error: new ElysiaError('ELYSIA_STATE', 'the catalog is gone') })
  t.match(reader.find('two'), [{ status: 'failed', error: { code: 'ELYSIA_STATE' } }])
})

t.test('a command that fails before it begins has an entry all the same', async (t) => {
  const { recorder, reader } = recording(t)
  recorder.addTarget('http://db:8080')
  await recorder.end({ exitCode: 13, error: new ElysiaError('ELYSIA_UNREACHABLE', 'no answer') })
  t.match(reader.list(), [
    { kind: 'backup', collection: 'A', target: 'http://db:8080', status: 'failed', exit_code: 13 },
  ])
  await recorder.end({ exitCode: 130 })
  t.equal(reader.list({ status: ['interrupted'] }).length, 1)
  await recorder.end({ exitCode: 0 })
  t.equal(reader.list().length, 2)
})

t.test(
  'each try counts what it settled itself, also where a killed one had recorded less than it did',
  async (t) => {
    const { recorder, reader } = recording(t)
    const started = { type: 'run_started', run: 'one', kind: 'ingest', target: 's' } as const
    const continued = { type: 'run_continued', run: 'one', line: 19, records: 19, rejected: 2 } as const
    recorder.onEvent(started)
    recorder.onEvent({
      type: 'run_ended',
      run: 'one',
      status: 'interrupted',
      counts: { records: 10, rejected: { not_json: 1 } },
    })
    await recorder.end({ exitCode: 137 })
    recorder.onEvent({ ...started, continues: true })
    recorder.onEvent(continued)
    recorder.onEvent({
      type: 'run_ended',
      run: 'one',
      status: 'done',
      counts: { records: 60, rejected: { not_json: 7 } },
    })
    await recorder.end({ exitCode: 3 })
    t.match(reader.find('one'), [
      { attempt: 1, records: 10, rejected: 1 },
      {
        attempt: 2,
        status: 'rejects',
        records: 41,
        rejected: 5,
        settled_before: { records: 19, rejected: 2 },
      },
    ])
  },
)

t.test('rejects, damage and what only a part of a command met are kept apart', async (t) => {
  const { recorder, reader } = recording(t)
  const ended = (run: string, kind: 'verify' | 'ingest', counts: object) => {
    recorder.onEvent({ type: 'run_started', run, kind, target: '/archives/a' })
    recorder.onEvent({ type: 'run_ended', run, status: 'done', counts })
  }
  ended('damaged', 'verify', { num_errors: 2, objects_checked: 5 })
  ended('whole', 'verify', { num_errors: 0, objects_checked: 5 })
  await recorder.end({ exitCode: 4 })
  ended('rejects', 'ingest', { records: 5, rejected: { not_json: 2 } })
  await recorder.end({ exitCode: 3 })
  t.match(reader.find('damaged'), [{ status: 'failed', error: { code: 'ELYSIA_DAMAGED' }, records: 5 }])
  t.match(reader.find('whole'), [{ status: 'done', exit_code: 4, target: '/archives' }])
  t.match(reader.find('rejects'), [{ status: 'rejects', rejected: 2 }])
})

t.test('a run that goes on is another try of itself', async (t) => {
  const { recorder, reader } = recording(t)
  recorder.onEvent({ type: 'run_started', run: 'one', kind: 'ingest', target: 's' })
  recorder.onEvent({ type: 'run_ended', run: 'one', status: 'interrupted', counts: { records: 30 } })
  await recorder.end({ exitCode: 130 })
  recorder.onEvent({ type: 'run_started', run: 'one', kind: 'ingest', target: 's', continues: true })
  recorder.onEvent({ type: 'run_ended', run: 'one', status: 'done', counts: { records: 100 } })
  await recorder.end({ exitCode: 0 })
  t.match(reader.find('one'), [
    { attempt: 1, status: 'interrupted', records: 30 },
    { attempt: 2, status: 'done', records: 70, continues: 'one', counts: { records: 100 } },
  ])
})

t.test('a dry run leaves nothing', async (t) => {
  const { recorder, reader } = recording(t)
  recorder.onEvent({ ...STARTED, dry_run: true })
  recorder.onEvent({ type: 'run_ended', run: 'one', status: 'done' })
  await recorder.end({ exitCode: 0 })
  t.strictSame(reader.list(), [])
})

t.test('a history that cannot be written is said once, and harms nothing', async (t) => {
  const said: RunEvent[] = []
  const fails = () => {
    throw new ElysiaError('ELYSIA_STATE', 'no room')
  }
  const recorder = new Recorder(fails, { ...COMMAND, keep: { runs: 1 } }, (event) => void said.push(event))
  recorder.onEvent(STARTED)
  for (let done = 0; done < 10; done += 1) recorder.onEvent({ type: 'progress', unit: 'objects', done })
  recorder.onEvent({ type: 'run_ended', run: 'one', status: 'done' })
  await recorder.end({ exitCode: 0 })
  t.match(said, [{ type: 'history_not_written', error: { code: 'ELYSIA_STATE' } }])
  t.equal(said.length, 1)
})

t.test('the end of a command waits for another process that writes for longer than a run does', async (t) => {
  const { recorder, reader, said, path } = recording(t)
  recorder.onEvent(STARTED)
  const other = openDatabase(path)
  other.exec('BEGIN IMMEDIATE')
  setTimeout(() => other.exec('ROLLBACK'), 700)
  recorder.onEvent({ type: 'run_ended', run: 'one', status: 'done' })
  await recorder.end({ exitCode: 0 })
  other.close()
  t.match(reader.list(), [{ id: 'one', status: 'done', exit_code: 0 }])
  t.strictSame(recorder.unwritten, [])
  t.equal(said.length, 1, 'the end of the run was told of, which came earlier')
})

t.test('a run whose begin could not be written is there once its end can', async (t) => {
  const { recorder, reader, said, path } = recording(t)
  const other = openDatabase(path)
  other.exec('BEGIN IMMEDIATE')
  recorder.onEvent(STARTED)
  other.exec('ROLLBACK')
  other.close()
  recorder.onEvent({ type: 'run_ended', run: 'one', status: 'done' })
  await recorder.end({ exitCode: 0 })
  t.match(reader.list(), [{ id: 'one', status: 'done', exit_code: 0 }])
  t.match(said, [{ type: 'history_not_written', error: { code: 'ELYSIA_LOCKED' } }])
})

t.test(
  'a run that goes on does not take the place of its earlier try, though its begin could not be written',
  async (t) => {
    const { recorder, reader, path } = recording(t)
    recorder.onEvent(STARTED)
    recorder.onEvent({ type: 'run_ended', run: 'one', status: 'interrupted', counts: { objects: 30 } })
    await recorder.end({ exitCode: 130 })
    const other = openDatabase(path)
    other.exec('BEGIN EXCLUSIVE')
    const beganMs = performance.now()
    recorder.onEvent({ ...STARTED, continues: true })
    for (let run = 0; run < 50; run++) recorder.onEvent({ ...STARTED, run: `other ${run}` })
    const seconds = (performance.now() - beganMs) / 1000
    t.ok(seconds < 5, `fifty runs waited ${seconds} s for the lock`)
    other.exec('ROLLBACK')
    other.close()
    recorder.onEvent({ type: 'run_ended', run: 'one', status: 'done', counts: { objects: 100 } })
    await recorder.end({ exitCode: 0 })
    t.match(reader.find('one'), [
      { attempt: 1, status: 'interrupted', records: 30 },
      { attempt: 2, status: 'done', counts: { objects: 100 }, continues: 'one' },
    ])
  },
)

t.test('a program notes its runs as the command does', async (t) => {
  const directory = t.testdir()
  const { onEvent, end } = recordHistory({ directory })
  const store = await openMemory()
  const lines = '{"repo":"r","op":"add","path":"a","content":"x"}\nbad\n'
  await ingest(Readable.from([Buffer.from(lines)]), store, { collection: 'c' }, { onEvent })
  await runBackup(store, 'C', memoryStorage(), {}, { onEvent })
  await end()
  const reader = new History(join(directory, 'history.db'))
  t.teardown(() => reader.close())
  t.match(reader.list(), [
    { kind: 'backup', status: 'done', trigger: 'library', records: 1, collection: 'C', command: [] },
    { kind: 'ingest', status: 'rejects', rejected: 1, records: 2, bytes_in: lines.length },
  ])
})

t.test('what SIGTERM stopped is told from what a user interrupted', async (t) => {
  for (const [exitCode, status, signal] of [
    [130, 'interrupted', undefined],
    [143, 'stopped', 'SIGTERM'],
    [129, 'stopped', 'SIGHUP'],
    [141, 'interrupted', undefined],
  ] as const) {
    const { recorder, reader } = recording(t)
    recorder.onEvent(STARTED)
    recorder.onEvent({ type: 'run_ended', run: 'one', status: 'interrupted' })
    await recorder.end({ exitCode })
    const [one] = reader.list()
    t.strictSame([one!.status, one!.signal, one!.exit_code], [status, signal, exitCode])
  }
})

t.test('what was moved, and to whom there were connections, is in the entry', async (t) => {
  const path = join(t.testdir(), 'history.db')
  const news = [{ place: 'db:8080', isServer: true, in: 5, out: 7 }]
  const places = { news: () => news.splice(0), close() {} } as unknown as PlaceMeter
  const recorder = new Recorder(
    () => new History(path),
    COMMAND,
    ({ type }) => t.fail(type),
    places,
  )
  recorder.onEvent(STARTED)
  news.push({ place: '/backups', isServer: false, in: 0, out: 20 })
  recorder.onEvent({ type: 'run_ended', run: 'one', status: 'done' })
  await recorder.end({ exitCode: 0 })
  const reader = new History(path)
  t.teardown(() => reader.close())
  t.match(reader.list(), [
    {
      hosts: ['db:8080'],
      traffic: [
        { place: 'db:8080', bytes_in: 5, bytes_out: 7 },
        { place: '/backups', bytes_in: 0, bytes_out: 20 },
      ],
      bytes_in: 5,
      bytes_out: 27,
    },
  ])
  t.match(reader.traffic(), [
    { place: '/backups', bytes_out: 20 },
    { place: 'db:8080', bytes_in: 5, bytes_out: 7, stalls_in: 0 },
  ])
  t.strictSame(reader.traffic(new Date(Date.now() + 2 * 86_400_000).toISOString()), [])
})
