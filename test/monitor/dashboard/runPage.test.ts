import fc from 'fast-check'
import t from 'tap'
import { runPage } from '../../../lib/monitor/dashboard/runPage.ts'
import { entryOf, madeUpHistory } from './madeUp.ts'

t.test('page by page each run is seen once, however many began at one moment', async (t) => {
  const moments = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 80 })
  fc.assert(
    fc.property(moments, fc.integer({ min: 1, max: 9 }), (minutes, size) => {
      const entries = minutes.map((minute, index) =>
        entryOf({ id: `run-${index}`, started_at: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString() }),
      )
      const history = madeUpHistory(entries)
      const seen: string[] = []
      for (let before: string | undefined; ; ) {
        const { runs, next } = runPage(history, before === undefined ? {} : { before }, size)
        seen.push(...runs.map(({ id }) => id))
        if (next === undefined) break
        before = next
      }
      return seen.length === entries.length && new Set(seen).size === entries.length
    }),
  )
  t.pass()
})
