// The last run of each kind, collection and target.
import { join } from 'node:path'
import t from 'tap'
import { openHistory } from '../../../../lib/monitor/history/history.ts'
import { newestOf } from '../../../../lib/monitor/history/table/last.ts'
import { entry, running } from '../entries.ts'

t.test('is the one that began last, however it ended, of those that there are', async (t) => {
  const history = openHistory(join(t.testdir(), 'history.db'))
  t.teardown(() => history.close())
  t.strictSame(history.lastRuns(), [])
  const at = (hour: number) => `2026-11-20T0${hour}:00:00.000Z`
  const entries = [
    entry({ id: 'done', started_at: at(1) }),
    entry({ id: 'failed', started_at: at(3), status: 'failed' }),
    entry({ id: 'again', started_at: at(2) }),
    entry({ id: 'elsewhere', started_at: at(1), target: '/other' }),
    entry({ id: 'other', started_at: at(1), collection: 'Other' }),
    entry({ id: 'rejects', started_at: at(2), kind: 'ingest', status: 'rejects' }),
  ]
  for (const one of entries) history.put(one)
  const ids = () => history.lastRuns().map(({ id }) => id)
  t.strictSame(ids().sort(), ['elsewhere', 'failed', 'other', 'rejects'])
  history.put({ ...running({ id: 'now' }), started_at: at(4), kind: 'ingest' })
  t.ok(ids().includes('now'), 'one that goes on')
  t.notOk(ids().includes('rejects'))
  t.strictSame(
    newestOf(history.list())
      .map(({ id }) => id)
      .sort(),
    ids().sort(),
    'as the list of all says',
  )
})
