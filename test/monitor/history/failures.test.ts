// What report, metrics and alerts call failed.
import fc from 'fast-check'
import t from 'tap'
import {
  isFailed,
  isOnlySlips,
  isOver,
  isSlip,
  isSlipped,
  lastEnded,
  newestCounted,
  withoutSlips,
} from '../../../lib/monitor/history/failures.ts'
import { HISTORY_STATUSES } from '../../../lib/monitor/history/statuses.ts'
import { readerOf } from '../alerts/madeUp.ts'
import { entry } from './entries.ts'

const SLIP = {
  ...({ trigger: 'user', terminal: true, status: 'failed', records: 0, bytes_out: 0 } as const),
  error: { code: 'ELYSIA_USAGE', message: 'm' },
} as const

t.test('a slip was typed by a user, refused for its words, and did nothing', async (t) => {
  const slip = {
    ...{ trigger: 'user', terminal: true, status: 'failed', records: 0, bytes_out: 0 },
    code: 'ELYSIA_NOT_FOUND',
  }
  t.ok(isSlip(slip))
  for (const code of ['ELYSIA_USAGE', 'ELYSIA_INPUT_MISSING']) t.ok(isSlip({ ...slip, code }), code)
  for (const more of [
    ...['cron', 'auto', 'library'].map((trigger) => ({ trigger })),
    ...HISTORY_STATUSES.filter((status) => status !== 'failed').map((status) => ({ status })),
    ...['ELYSIA_CONFLICT', 'ELYSIA_UNREACHABLE', 'ELYSIA_KILLED', undefined].map((code) => ({ code })),
    ...[{ records: 1 }, { bytes_out: 1 }, { terminal: false }, { terminal: undefined }],
  ])
    t.notOk(isSlip({ ...slip, ...more }), JSON.stringify(more))
  t.ok(isSlipped(entry(SLIP)))
})

t.test('failed and killed runs have failed', async (t) => {
  t.strictSame(HISTORY_STATUSES.filter(isFailed).sort(), ['failed', 'killed'])
})

t.test(
  'the last run that counts: no slip, nothing interrupted, nothing that the caller leaves out',
  async (t) => {
    const at = (hour: number) => `2026-11-20T0${hour}:00:00.000Z`
    const all = [
      entry({ id: 'good', started_at: at(1) }),
      entry({ id: 'bad', started_at: at(2), status: 'killed' }),
      entry({ id: 'slip', started_at: at(3), ...SLIP }),
      entry({ id: 'stopped', started_at: at(4), status: 'stopped' }),
      entry({ id: 'elsewhere', started_at: at(5), target: '/other', status: 'failed' }),
    ]
    t.equal(lastEnded(readerOf(all), entry())?.id, 'bad')
    t.equal(lastEnded(readerOf(all), entry(), { countsSlips: true })?.id, 'slip')
    t.equal(
      lastEnded(readerOf(all), entry(), { counts: () => false })?.id,
      'good',
      'a good run always counts',
    )
    t.equal(lastEnded(readerOf([]), entry()), undefined)
  },
)

t.test('what fails again and again was mistyped by nobody', async (t) => {
  const started = Date.parse('2026-11-20T01:00:00.000Z')
  const slips = (count: number, apartMs: number) =>
    Array.from({ length: count }, (_, at) =>
      entry({ id: `${at}`, started_at: new Date(started + at * apartMs).toISOString(), ...SLIP }),
    )
  const good = entry({ id: 'good', started_at: '2026-11-19T01:00:00.000Z' })
  for (const [count, apartMs, counted] of [
    [20, 1000, 'good'],
    [21, 1000, '20'],
    [2, 3_600_000, 'good'],
    [2, 3_600_001, '1'],
  ] as const) {
    const tries = slips(count, apartMs)
    t.equal(lastEnded(readerOf([good, ...tries]), entry())?.id, counted, `${count}, ${apartMs} ms apart`)
    t.equal(isOnlySlips(readerOf(tries), entry()), counted === 'good')
  }
})

t.test('the runs that count: the newest of them is the one that newestCounted finds', async (t) => {
  const run = fc.record({ slip: fc.boolean(), apartMs: fc.integer({ min: 0, max: 4_000_000 }) })
  const few = fc.array(run, { maxLength: 8 })
  const many = fc.integer({ min: 15, max: 25 }).map((count) => Array(count).fill({ slip: true, apartMs: 1 }))
  fc.assert(
    fc.property(few, many, few, (before, slips, after) => {
      let startedMs = 0
      const oldestFirst = [...after, ...slips, ...before].map(({ slip, apartMs }) => {
        startedMs += apartMs
        return { slip, startedMs }
      })
      const runs = oldestFirst.reverse()
      const isSlipped = ({ slip }: { slip: boolean }) => slip
      const startOf = (one: { startedMs: number }) => one.startedMs
      const counting = withoutSlips(runs, isSlipped, startOf)
      t.equal(counting[0], newestCounted(runs, isSlipped, startOf))
      t.strictSame(
        counting.filter((one) => !isSlipped(one)),
        runs.filter((one) => !isSlipped(one)),
        'every other run counts',
      )
    }),
    { numRuns: 50 },
  )
})

t.test('a failure without a store is over with a later success at any store', async (t) => {
  const failure = { kind: 'backup', collection: 'A', target: '', startedMs: 5 }
  const good = { kind: 'backup', collection: 'A', target: '/x', startedMs: 6 }
  t.ok(isOver(failure, [good]))
  t.ok(isOver({ ...failure, collection: '' }, [good]), 'one without a collection: with any')
  for (const other of [
    { ...good, startedMs: 4 },
    { ...good, kind: 'verify' },
    { ...good, collection: 'B' },
  ])
    t.notOk(isOver(failure, [other]), JSON.stringify(other))
  t.notOk(isOver({ ...failure, target: '/x' }, [good]), 'one at a store is over there alone')
})
