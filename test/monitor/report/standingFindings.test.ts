// What holds whether or not anything was run: as a report says it, without the rest of one.
import { join } from 'node:path'
import t from 'tap'
import type { Expectation } from '../../../lib/monitor/expect/expectations.ts'
import { openHistory } from '../../../lib/monitor/history/history.ts'
import { report } from '../../../lib/monitor/report/report.ts'
import { standingFindings } from '../../../lib/monitor/report/standingFindings.ts'
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
  const facts = await standingFindings(
    { history, expectations, directories: [t.testdirName] },
    { nowMs: NOW },
  )
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

t.test('a name that was only mistyped is missed by nobody, as in the report', async (t) => {
  const history = openHistory(join(t.testdir(), 'history.db'))
  t.teardown(() => history.close())
  const slip = {
    ...({ trigger: 'user', terminal: true, status: 'failed', records: 0, bytes_out: 0 } as const),
    ...{ started_at: '2026-11-22T03:00:00.000Z', error: { code: 'ELYSIA_NOT_FOUND', message: 'm' } },
  }
  history.put(entry({ id: 'typed', collection: 'Artcle', ...slip }))
  history.put(entry({ id: 'nightly', collection: 'Log', ...slip, trigger: 'cron' }))
  history.put(
    entry({ id: 'old', collection: 'Old', ...slip, trigger: 'cron', started_at: '2026-01-01T00:00:00.000Z' }),
  )
  const expectations = [daily('*', () => true)]
  const { missed } = await standingFindings({ history, expectations }, { nowMs: NOW })
  const whole = await report({ history, expectations }, { nowMs: NOW })
  t.strictSame(
    missed.map(({ collection }) => collection),
    ['Log'],
  )
  t.strictSame(whole.missed, missed)
})

t.test(
  'what has become slower is that of the report, and looked for only where it is asked for',
  async (t) => {
    const history = openHistory(join(t.testdir(), 'history.db'))
    t.teardown(() => history.close())
    for (const collection of ['Steady', 'Slower']) {
      for (let run = 0; run < 25; run += 1) {
        const hour = String(run % 24).padStart(2, '0')
        const started_at = `2026-11-${run < 24 ? 20 : 21}T${hour}:00:00.000Z`
        const rate_per_second = collection === 'Slower' && run >= 20 ? 600 + run : 1000 + ((run * 7) % 13)
        history.put(entry({ id: `${collection}-${run}`, collection, started_at, rate_per_second }))
      }
    }
    const { trends } = await standingFindings({ history }, { nowMs: NOW, trends: true })
    t.match(trends, [{ collection: 'Slower', regression: { run: 'Slower-24' } }])
    t.equal(trends?.length, 1)
    const whole = await report({ history }, { nowMs: NOW })
    const slower = whole.trends.filter(({ regression }) => regression !== undefined)
    t.strictSame(
      trends!.map((one) => one.regression),
      slower.map((one) => one.regression),
    )
    t.equal((await standingFindings({ history }, { nowMs: NOW })).trends, undefined)
  },
)
