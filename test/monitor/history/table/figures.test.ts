// The sums and the last runs of each kind, collection and target.
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { connect } from '../../../../lib/database/connection.ts'
import { type History, openHistory } from '../../../../lib/monitor/history/history.ts'
import { figuresIn } from '../../../../lib/monitor/history/table/figures.ts'
import { HistoryFile } from '../../../../lib/monitor/history/table/file.ts'
import { entry, running } from '../entries.ts'

const at = (hour: number) => `2026-11-20T0${hour}:00:00.000Z`
const ms = (hour: number) => Date.parse(at(hour))
const STATE = { code: 'ELYSIA_STATE', message: 'm' }

function opened(t: Test): History {
  const history = openHistory(join(t.testdir(), 'history.db'))
  t.teardown(() => history.close())
  return history
}

t.test('the last run is the one that began last, however it ended, of each subject', async (t) => {
  const history = opened(t)
  t.strictSame(history.figures(), [])
  for (const one of [
    entry({ id: 'done', started_at: at(1) }),
    entry({ id: 'failed', started_at: at(3), status: 'failed', error: STATE }),
    entry({ id: 'again', started_at: at(2) }),
    entry({ id: 'elsewhere', started_at: at(1), target: '/other' }),
    entry({ id: 'other', started_at: at(1), collection: 'Other' }),
    entry({ id: 'rejects', started_at: at(2), kind: 'ingest', status: 'rejects' }),
  ])
    history.put(one)
  const last = () =>
    history.figures().map(({ kind, collection, target, lastRun }) => {
      return [kind, collection, target, lastRun?.status, lastRun?.startedMs]
    })
  t.strictSame(last(), [
    ['backup', 'Article', 'http://db:8080', 'failed', ms(3)],
    ['backup', 'Article', '/other', 'done', ms(1)],
    ['backup', 'Other', 'http://db:8080', 'done', ms(1)],
    ['ingest', 'Article', 'http://db:8080', 'rejects', ms(2)],
  ])
  history.put({ ...running({ id: 'now' }), started_at: at(4), kind: 'ingest' })
  t.strictSame(last().at(-1), ['ingest', 'Article', 'http://db:8080', 'running', ms(4)], 'one that goes on')
  t.match(history.figures().at(-1), { lastEnded: { status: 'rejects' } })
})

t.test('sums, how often a run ended so, and the last success with the size of its archive', async (t) => {
  const history = opened(t)
  history.put(entry({ id: 'one', archive_bytes: 77 }))
  history.put(entry({ id: 'two', started_at: at(2), status: 'failed', error: STATE, records: 0 }))
  history.put(entry({ id: 'three', started_at: at(1), status: 'failed', error: STATE, rejected: 2 }))
  t.match(history.figures(), [
    {
      ended: [
        { status: 'done', code: '', runs: 1 },
        { status: 'failed', code: 'ELYSIA_STATE', runs: 2 },
      ],
      sums: { seconds: 180, records: 1200, rejected: 2, bytes_in: 18_000, bytes_out: 9000, retries: 0 },
      lastSuccess: { endedMs: Date.parse(entry().ended_at!), seconds: 60, records: 600, archiveBytes: 77 },
    },
  ])
})

t.test('the last one that ended is no slip, and none that a user interrupted', async (t) => {
  const history = opened(t)
  const slip = {
    ...({ trigger: 'user', terminal: true, status: 'failed', records: 0, bytes_out: 0 } as const),
    error: { code: 'ELYSIA_USAGE', message: 'm' },
  } as const
  const ended = () =>
    history.figures().map(({ lastEnded }) => lastEnded && [lastEnded.status, lastEnded.startedMs])
  history.put(entry({ id: 'slip', started_at: at(5), ...slip }))
  t.strictSame(ended(), [undefined], 'a slip alone')
  history.put(entry({ id: 'bad', started_at: at(2), status: 'failed', error: STATE }))
  t.strictSame(ended(), [['failed', ms(2)]], 'slips hide the failure before them no more than a signal does')
  history.put(entry({ id: 'slip-2', started_at: '2026-11-20T03:30:00.000Z', ...slip }))
  t.strictSame(ended(), [['failed', ms(5)]], 'slips over more than an hour are failures')
  history.put(entry({ id: 'stopped', started_at: at(6), status: 'interrupted' }))
  t.strictSame(ended(), [['failed', ms(5)]])
  history.put(entry({ id: 'good', started_at: '2026-11-20T03:10:00.000Z' }))
  t.strictSame(ended(), [['failed', ms(5)]])
  history.put(entry({ id: 'good', started_at: '2026-11-20T03:40:00.000Z' }))
  t.strictSame(ended(), [['done', ms(3) + 2_400_000]])
  history.put(entry({ id: 'long-ago', started_at: at(0), ...slip }))
  t.strictSame(ended(), [['done', ms(3) + 2_400_000]], 'slips from before a good run are past')
  history.put(entry({ id: 'wrote', started_at: at(7), ...slip, records: 5 }))
  t.strictSame(ended(), [['failed', ms(7)]], 'one that did something is a failure')
  history.put(entry({ id: 'clock', started_at: at(8), ...slip, trigger: 'cron' }))
  t.strictSame(ended(), [['failed', ms(8)]], 'and so is one that a clock began')
})

t.test('figures are those of one moment, whatever another process adds meanwhile', async (t) => {
  const other = opened(t)
  other.put(entry())
  const file = new HistoryFile(other.path, {})
  t.teardown(() => file.close())
  const found = file.use((database) => {
    const prepare = (sql: string) => {
      if (sql.includes('FROM totals')) other.put(entry({ id: 'two', collection: 'New' }))
      return database.prepare(sql)
    }
    return database.reading(() => figuresIn({ ...database, prepare }, () => false))
  })
  t.match(found, [{ collection: 'Article' }])
  t.equal(found.length, 1)
  t.equal(other.figures().length, 2)
})

t.test('a row whose JSON is damaged moves the file aside, as every other damage does', async (t) => {
  const path = join(t.testdir(), 'history.db')
  const first = openHistory(path)
  first.put(entry())
  first.close()
  const database = connect(path)
  database.prepare(`UPDATE runs SET details = 'no JSON'`).run()
  database.close()
  const events: string[] = []
  const history = openHistory(path, { onEvent: ({ type }) => events.push(type) })
  t.teardown(() => history.close())
  t.strictSame(history.figures(), [])
  t.strictSame(events, ['history_moved_aside'])
})
