import t from 'tap'
import { instantOf, textOf } from '../../../../lib/archive/format/parquet/date.ts'

/** What a column of instants gives back of a date, and whether it is called exact. */
function stored(text: string): [string, boolean] | undefined {
  const instant = instantOf(text)
  return instant && [textOf(BigInt(instant.millis) * 1000n + BigInt(instant.micros)), instant.exact]
}

t.test('an instant of the last days of a month is exact, and a day that no month has is none', async (t) => {
  for (const text of ['2024-02-29T00:00:00Z', '2026-01-31T23:59:59.999999Z', '2026-12-31T00:30:00Z'])
    t.strictSame(stored(text), [text, true])
  t.strictSame(stored('2026-02-30T12:00:00Z'), ['2026-03-02T12:00:00Z', false])
  t.strictSame(stored('2026-12-31T24:00:00Z'), ['2027-01-01T00:00:00Z', false])
  t.strictSame(stored('2026-03-31T01:00:00+02:00'), ['2026-03-30T23:00:00Z', false])
  t.equal(stored('2026-13-01T00:00:00Z'), undefined)
})
