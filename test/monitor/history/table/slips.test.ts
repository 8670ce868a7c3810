// A user's slips are left out of the counts of a period, as alerts leave them out.
import { join } from 'node:path'
import t from 'tap'
import { openHistory } from '../../../../lib/monitor/history/history.ts'
import { entry } from '../entries.ts'

const SLIP = {
  ...({ trigger: 'user', terminal: true, status: 'failed', records: 0, bytes_out: 0 } as const),
  error: { code: 'ELYSIA_USAGE', message: 'm' },
} as const

t.test('the counts of a subject leave out slips, but not those of a job that fails each night', async (t) => {
  const history = openHistory(join(t.testdir(), 'history.db'))
  t.teardown(() => history.close())
  const at = (day: number, hour = 1) => `2026-11-${day}T0${hour}:00:00.000Z`
  for (const one of [
    entry({ id: 'good', started_at: at(19) }),
    entry({ id: 'slip', started_at: at(20), ...SLIP }),
    entry({ id: 'bad', started_at: at(21), status: 'failed', error: { code: 'ELYSIA_STATE', message: 'm' } }),
    entry({ id: 'only-slip', started_at: at(20), collection: 'Mistyped', ...SLIP }),
    entry({ id: 'night-1', started_at: at(20), collection: 'Nightly', ...SLIP }),
    entry({ id: 'night-2', started_at: at(21), collection: 'Nightly', ...SLIP }),
    entry({ id: 'before', started_at: at(10), collection: 'Old', ...SLIP }),
    entry({ id: 'since', started_at: at(20), collection: 'Old', status: 'rejects' }),
  ])
    history.put(one)
  t.strictSame(
    history.subjects(at(15), 10).map(({ collection, counts }) => [collection, { ...counts }]),
    [
      ['Article', { done: 1, failed: 1 }],
      ['Mistyped', {}],
      ['Nightly', { failed: 2 }],
      ['Old', { rejects: 1 }],
    ],
  )
})
