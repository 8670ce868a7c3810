import t from 'tap'
import { historyOptions } from '../../../lib/monitor/history/options.ts'
import { parseKeepRuns } from '../../../lib/monitor/history/table/prune.ts'

t.test('how much of the history stays is a number of runs, or a period', async (t) => {
  const { check, default: all } = historyOptions.properties.keepRuns
  for (const text of ['0', '50', '1y', '2y6m', all]) t.equal(check(text), undefined, text)
  for (const text of ['', 'ever', '-1', '1w']) t.type(check(text), 'string', text)
  t.strictSame(parseKeepRuns('50'), { runs: 50 })
  t.match(parseKeepRuns('1y'), { period: { years: 1 } })
  t.throws(() => parseKeepRuns('1w'), { code: 'ELYSIA_USAGE' })
})

t.test("a project's file has no say in what the history keeps", async (t) => {
  t.equal(historyOptions.properties.keepRuns.personal, true)
})
