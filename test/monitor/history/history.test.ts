import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openDatabase } from '../../../lib/database/connection.ts'
import { History } from '../../../lib/monitor/history/history.ts'
import type { RunEvent } from '../../../lib/run/event/schema.ts'
import { entry, running } from './entries.ts'

function opened(t: Test, path = join(t.testdir(), 'state', 'history.db')) {
  const events: RunEvent[] = []
  const history = new History(path, { onEvent: (event) => void events.push(event) })
  t.teardown(() => history.close())
  return { history, path, events }
}

t.test('what was put is found as it was, and only its owner may read the file', async (t) => {
  const { history, path } = opened(t)
  const one = entry({
    exit_code: 3,
    archive: 'a',
    archive_bytes: 5,
    rejects_file: '/r',
    error: { code: 'ELYSIA_X', message: 'm', hint: 'h' },
    continues: 'zero',
    profile: { stages: [1] },
    bottleneck: 'the target',
    progress: {
      at: '2026-11-20T03:00:30.000Z',
      unit: 'objects',
      done: 3,
      retries: 0,
      rejected: 0,
      rss_bytes: 1,
    },
  })
  history.put(one)
  t.strictSame(history.list(), [one])
  t.strictSame(history.find('one'), [one])
  t.equal(statSync(path).mode & 0o777, 0o600)
})

t.test('lists are by kind, status, collection, target and time, the newest first', async (t) => {
  const { history } = opened(t)
  history.put(entry({ id: 'a', started_at: '2026-11-01T00:00:00.000Z' }))
  history.put(entry({ id: 'b', started_at: '2026-11-03T00:00:00.000Z', status: 'failed' }))
  history.put(entry({ id: 'c', started_at: '2026-11-02T00:00:00.000Z', kind: 'verify', target: '/a' }))
  const ids = (choice: Parameters<History['list']>[0]) => history.list(choice).map(({ id }) => id)
  t.strictSame(ids({}), ['b', 'c', 'a'])
  t.strictSame(ids({ kind: ['backup'] }), ['b', 'a'])
  t.strictSame(ids({ status: ['failed', 'killed', 'done'] }), ['b', 'c', 'a'])
  t.strictSame(ids({ status: ['failed', 'done'], kind: ['verify', 'backup'], limit: 2 }), ['b', 'c'])
  t.strictSame(ids({ status: ['failed', 'killed'] }), ['b'])
  t.strictSame(ids({ collection: 'Article', target: '/a' }), ['c'])
  t.strictSame(ids({ since: '2026-11-02T00:00:00.000Z' }), ['b', 'c'])
  t.strictSame(ids({ before: '2026-11-02T00:00:00.000Z', limit: 1 }), ['a'])
})

t.test('tries of a run are kept apart, and an id may be cut where it stays unique', async (t) => {
  const { history } = opened(t)
  t.equal(history.nextAttempt('run-1'), 1)
  history.put(entry({ id: 'run-1', status: 'killed' }))
  t.equal(history.nextAttempt('run-1'), 2)
  history.put(entry({ id: 'run-1', attempt: 2 }))
  t.strictSame(
    history.find('run').map(({ attempt }) => attempt),
    [1, 2],
  )
  history.put(entry({ id: 'run-2' }))
  t.throws(() => history.find('run'), { code: 'ELYSIA_USAGE', hint: /run-2, run-1/ })
  t.strictSame(history.find('nothing'), [])
})

t.test('sums grow with each end, follow what is said later, and outlive pruning', async (t) => {
  const { history } = opened(t)
  history.put(running())
  const figures = () => history.figures().map(({ ended, sums }) => ({ ended, sums }))
  t.strictSame(figures(), [{ ended: [], sums: undefined }])
  history.put(entry())
  history.put(entry({ status: 'failed', error: { code: 'ELYSIA_STATE', message: 'no room' } }))
  history.put(entry({ id: 'two', started_at: '2026-11-21T03:00:00.000Z' }))
  const sums = [
    {
      ended: [
        { status: 'done', code: '', runs: 1 },
        { status: 'failed', code: 'ELYSIA_STATE', runs: 1 },
      ],
      sums: { seconds: 120, records: 1200, bytes_in: 12_000 },
    },
  ]
  t.match(figures(), sums)
  t.equal(history.prune({ runs: 1 }), 1)
  t.equal(history.list().length, 1)
  t.match(figures(), sums)
})

t.test('the last good run of each subject is known whatever its age, and stays', async (t) => {
  const { history } = opened(t)
  history.put(entry({ id: 'old', started_at: '2020-01-01T00:00:00.000Z', collection: 'Rare' }))
  history.put(entry({ id: 'good' }))
  history.put(entry({ id: 'later', started_at: '2026-11-22T03:00:00.000Z' }))
  history.put(entry({ id: 'later', started_at: '2026-11-22T03:00:00.000Z', status: 'failed' }))
  history.put(entry({ id: 'verify', kind: 'verify', status: 'rejects' }))
  const last = () => history.lastSuccesses().map(({ id }) => id)
  t.strictSame(last().sort(), ['good', 'old'])
  t.equal(history.prune({ period: { years: 1, months: 0, days: 0, hours: 0 } }), 0)
  t.equal(history.prune({ period: { years: 0, months: 0, days: 0, hours: 1 } }, Date.now()), 2)
  t.strictSame(last().sort(), ['good', 'old'])
})

t.test('a version changes with each write, of this process and of another one', async (t) => {
  const { history, path } = opened(t)
  const first = history.version()
  t.equal(history.version(), first)
  history.put(entry())
  const second = history.version()
  t.not(second, first)
  const other = new History(path)
  other.put(entry({ id: 'two' }))
  other.close()
  t.not(history.version(), second)
})

t.test('a run whose process is gone is killed, for every reader and once in the sums', async (t) => {
  const { history, path } = opened(t)
  const library = new URL('../../../lib/monitor/history/history.ts', import.meta.url).href
  const child = spawn(process.execPath, [
    '--input-type=module',
    '--eval',
    `const { History } = await import('${library}')
     new History('${path}').put(${JSON.stringify(running({ id: 'gone' }))})
     process.kill(process.pid, 'SIGKILL')`,
  ])
  await once(child, 'close')
  history.put(running({ id: 'ours' }))
  const [gone] = history.find('gone')
  t.match(gone, { status: 'killed', error: { code: 'ELYSIA_KILLED' }, seconds: 60 })
  t.ok(gone?.ended_at)
  t.match(history.find('ours'), [{ status: 'running' }])
  const other = new History(path)
  t.equal(other.settleKilled(), 0)
  other.close()
  t.match(history.figures(), [{ ended: [{ status: 'killed', code: 'ELYSIA_KILLED', runs: 1 }] }])
})

t.test('a damaged file is moved aside and said, and a new one takes its place', async (t) => {
  const { history, path, events } = opened(t)
  history.put(entry())
  history.close()
  writeFileSync(path, 'no database at all, but longer than the head of one '.repeat(20))
  const anew = opened(t, path)
  t.strictSame(anew.history.list(), [])
  anew.history.put(entry())
  t.equal(anew.history.list().length, 1)
  t.match(anew.events, [{ type: 'history_moved_aside', error: { code: 'ELYSIA_STATE' } }])
  const [event] = anew.events
  t.ok(event?.type === 'history_moved_aside' && existsSync(event.path))
  t.strictSame(events, [])
})

t.test('damage that shows only while it is open moves the file aside as well', async (t) => {
  const { history, path, events } = opened(t)
  history.put(entry())
  const foreign = openDatabase(path)
  foreign.exec(`UPDATE runs SET details = '[['`)
  foreign.close()
  t.strictSame(history.list(), [])
  t.match(events, [{ type: 'history_moved_aside', error: { message: /a document of a run is \[\[/ } }])
  history.put(entry())
  t.equal(history.list().length, 1)
})

t.test('a file that somebody removed is made again', async (t) => {
  const { history, path } = opened(t)
  history.put(entry())
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`)
  history.put(entry({ id: 'two' }))
  t.match(history.list(), [{ id: 'two' }])
})

t.test('a writer that holds the file is waited for 250 ms, not longer', async (t) => {
  const { history, path } = opened(t)
  const other = openDatabase(path)
  other.exec('BEGIN IMMEDIATE')
  const startedMs = performance.now()
  t.throws(() => history.put(entry()), { code: 'ELYSIA_LOCKED' })
  const waitedMs = performance.now() - startedMs
  t.ok(waitedMs >= 200, `${waitedMs} ms`)
  other.exec('ROLLBACK')
  other.close()
  history.put(entry())
  t.equal(history.list().length, 1)
})

t.test('what is not a file, or no place, is refused at once and left alone', async (t) => {
  const directory = t.testdir({ 'history.db': {}, file: 'text' })
  t.throws(() => new History(join(directory, 'history.db')), { code: 'ELYSIA_STATE' })
  t.throws(() => new History(join(directory, 'file', 'history.db')), { code: 'ELYSIA_STATE' })
  t.equal(readFileSync(join(directory, 'file'), 'utf8'), 'text')
  const newer = join(directory, 'newer.db')
  const made = openDatabase(newer)
  made.pragma('user_version = 99')
  made.close()
  t.throws(() => new History(newer), { code: 'ELYSIA_CONFLICT' })
})

t.test('a reader makes nothing, and sees what is made later', async (t) => {
  const path = join(t.testdir(), 'history.db')
  const reader = new History(path, { missing: 'memory' })
  t.teardown(() => reader.close())
  t.strictSame(reader.list(), [])
  t.notOk(existsSync(path))
  const { history } = opened(t, path)
  history.put(entry())
  t.equal(reader.list().length, 1)
})

t.test(
  'a directory that may not be written to is an error of its own',
  { skip: process.getuid?.() === 0 },
  async (t) => {
    const directory = t.testdir()
    chmodSync(directory, 0o500)
    t.teardown(() => chmodSync(directory, 0o700))
    t.throws(() => new History(join(directory, 'history.db')), { code: 'ELYSIA_STATE' })
    t.strictSame(readdirSync(directory), [])
  },
)

t.test('a full database is an error, and what it held is still read', async (t) => {
  const { history, path } = opened(t)
  history.put(entry())
  const small = openDatabase(path)
  const pages = small.pragma('page_count', { simple: true }) as number
  small.close()
  const full = new History(path)
  t.teardown(() => full.close())
  full.limitPages(pages)
  t.throws(
    () => full.put(entry({ id: 'big', command: Array.from({ length: 200 }, () => 'x'.repeat(4000)) })),
    {
      code: 'ELYSIA_STATE',
      message: /full/,
    },
  )
  t.equal(full.list().length, 1)
})

t.test('eight processes at once lose no run', async (t) => {
  const { history, path } = opened(t)
  const module = (name: string) => new URL(`../../../lib/monitor/history/${name}.ts`, import.meta.url).href
  const program = (index: number) => `
    const { History } = await import('${module('history')}')
    const { Recorder } = await import('${module('recorder')}')
    for (let turn = 0; turn < 5; turn += 1) {
      const recorded = { trigger: 'user', command: [], directory: '/' }
      const onEvent = ({ error }) => { if (error.code !== 'ELYSIA_LOCKED') throw new Error(error.message) }
      const recorder = new Recorder(() => new History('${path}'), recorded, onEvent)
      const run = 'p${index}-' + turn
      recorder.onEvent({ type: 'run_started', run, kind: 'backup', target: 't' })
      recorder.onEvent({ type: 'run_ended', run, status: 'done' })
      await recorder.end({ exitCode: 0 })
      if (recorder.unwritten.length > 0) throw new Error('a run is lost')
    }`
  const children = Array.from({ length: 8 }, (_, index) =>
    spawn(process.execPath, ['--input-type=module', '--eval', program(index)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  )
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'close'))[0]))
  t.strictSame(codes, Array(8).fill(0))
  const ended = history.figures().flatMap((one) => one.ended)
  t.equal(
    ended.reduce((sum, { runs }) => sum + runs, 0),
    40,
  )
  t.ok(ended.every(({ status }) => status === 'done'))
  t.equal(history.list({ status: ['done'] }).length, 40)
})
