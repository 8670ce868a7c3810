// What holds whether or not anything was run: as a report says it, without the rest of one.
import { join } from 'node:path'
import t from 'tap'
import type { Expectation } from '../../../lib/monitor/expect/expectations.ts'
import { openHistory } from '../../../lib/monitor/history/history.ts'
import { report } from '../../../lib/monitor/report/report.ts'
import { standing } from '../../../lib/monitor/report/standing.ts'
import { entry } from '../history/entries.ts'

const NOW = Date.parse('2026-11-22T04:00:00.000Z')

function daily(pattern: string, matches: (name: string) => boolean): Expectation {
  return { pattern, matches, everyMs: { backup: 86_400_000 }, graceMs: 0 }
}

t.test('what is missed and expected is that of the report, also of what only failed', async (t) => {
  const history = openHistory(join(t.testdir(), 'history.db'))
  t.teardown(() => history.close())
  history.put(entry({ id: 'late' }))
  history.put(
    entry({ id: 'bad', collection: 'Log', started_at: '2026-11-22T03:00:00.000Z', status: 'failed' }),
  )
  const expectations = [daily('*', () => true)]
  const facts = await standing({ history, expectations, directories: [t.testdirName] }, NOW)
  const whole = await report({ history, expectations, directories: [t.testdirName] }, { nowMs: NOW })
  t.strictSame(
    facts.missed.map(({ collection }) => collection),
    ['Article', 'Log'],
  )
  t.strictSame(facts.missed, whole.missed)
  t.strictSame(facts.expected, whole.expected)
  t.strictSame(facts.damaged, [])
  t.match(facts.disk, [{ directory: t.testdirName, free_bytes: Number }])
})
