import t from 'tap'
import { parsePeriod, periodBefore } from '../../lib/core/duration.ts'

/** The moment so long before another, as text. */
function ago(moment: string, period: string): string {
  return new Date(periodBefore(Date.parse(moment), parsePeriod(period, 'period'))).toISOString()
}

t.test(
  'days, months and years are counted back in UTC, at the turn of a day, a month and a year too',
  async (t) => {
    t.equal(ago('2026-03-01T00:30:00Z', '1d'), '2026-02-28T00:30:00.000Z')
    t.equal(ago('2026-03-01T23:30:00Z', '1m'), '2026-02-01T23:30:00.000Z')
    t.equal(ago('2026-01-01T00:00:00Z', '1y'), '2025-01-01T00:00:00.000Z')
    t.equal(ago('2026-12-31T23:59:59Z', '1m'), '2026-12-01T23:59:59.000Z', '31 November is 1 December')
    t.equal(ago('2024-02-29T12:00:00Z', '1y'), '2023-03-01T12:00:00.000Z', '29 February 2023 is 1 March')
  },
)

t.test('no hour is lost or won where a place changes its clocks', async (t) => {
  t.equal(ago('2026-03-09T09:30:00Z', '1d'), '2026-03-08T09:30:00.000Z')
  t.equal(ago('2026-03-09T09:30:00Z', '24h'), '2026-03-08T09:30:00.000Z')
  t.equal(ago('2026-11-02T00:30:00Z', '2d'), '2026-10-31T00:30:00.000Z')
  t.equal(ago('2026-11-02T00:30:00Z', '1d1h'), '2026-10-31T23:30:00.000Z')
})
