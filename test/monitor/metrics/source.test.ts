// The metrics as Prometheus reads them.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { HistoryEntry } from '../../../lib/monitor/history/entry.ts'
import { openHistory } from '../../../lib/monitor/history/history.ts'
import { METRICS } from '../../../lib/monitor/metrics/metric.ts'
import { metricsSource } from '../../../lib/monitor/metrics/source.ts'
import { entry, figures, fullReport, history, report } from './madeUp.ts'
import { promtool, withPromtool } from './promtool.ts'

const NOW = Date.parse('2026-11-29T04:00:00.000Z')
const PROGRESS = {
  at: '2026-11-29T01:00:30.000Z',
  unit: 'objects',
  done: 50,
  total: 200,
  rate_per_second: 10,
  bytes_per_second: 1000,
  retries: 0,
  rejected: 0,
  rss_bytes: 1_000_000,
  waits_for: 'localhost:8080',
}
const UNREACHABLE = { code: 'ELYSIA_UNREACHABLE', message: 'm' }

/** A history in which there is something of all. */
function full() {
  const going = entry({ id: 'r3', kind: 'restore', status: 'running', progress: PROGRESS })
  const failing = entry({ collection: 'Failing', status: 'failed', error: UNREACHABLE })
  const sums = {
    ...{ seconds: 180, records: 3000, rejected: 1 },
    ...{ bytes_in: 15_000, bytes_out: 2700, retries: 6 },
  }
  return history(
    [
      figures(entry(), { ended: [{ status: 'done', code: '', runs: 3 }], sums }),
      figures(failing, { ended: [{ status: 'failed', code: UNREACHABLE.code, runs: 2 }] }),
      figures(going),
    ],
    [going],
  )
}

const ARTICLE = 'kind="backup",collection="Article",target="http://localhost:8080"'
const FAILING = 'kind="backup",collection="Failing",target="http://localhost:8080"'
const RESTORE = 'kind="restore",collection="Article",target="http://localhost:8080"'

t.test('sums, last runs, what goes on, archives, recovery and what is due', async (t) => {
  const { text } = await metricsSource({ reader: full(), report: fullReport, now: () => NOW })()
  const lines = text.split('\n')
  for (const line of [
    `elysiactl_runs_total{${ARTICLE},code="done"} 3`,
    `elysiactl_runs_total{${FAILING},code="ELYSIA_UNREACHABLE"} 2`,
    `elysiactl_run_duration_seconds_total{${ARTICLE}} 180`,
    `elysiactl_rejected_records_total{${ARTICLE}} 1`,
    `elysiactl_last_success_timestamp_seconds{${ARTICLE}} ${Date.parse('2026-11-29T01:01:00Z') / 1000}`,
    `elysiactl_last_success_archive_bytes{${ARTICLE}} 900`,
    `elysiactl_last_run_status{${ARTICLE},code="done"} 1`,
    `elysiactl_last_run_status{${FAILING},code="ELYSIA_UNREACHABLE"} 1`,
    `elysiactl_last_run_status{${RESTORE},code="running"} 1`,
    `elysiactl_last_run_failed{${ARTICLE},code="done"} 0`,
    `elysiactl_last_run_failed{${FAILING},code="ELYSIA_UNREACHABLE"} 1`,
    `elysiactl_run_progress_ratio{${RESTORE}} 0.25`,
    `elysiactl_run_stalled{${RESTORE}} 1`,
    'elysiactl_archives_stored_bytes{collection="Article"} 6300',
    'elysiactl_damaged_archives{collection="Broken"} 1',
    'elysiactl_recovery_duration_seconds{collection="Article",target="http://localhost:8080"} 90',
    `elysiactl_expectation_due_timestamp_seconds{${ARTICLE}} ${Date.parse('2026-11-29T05:00:00Z') / 1000}`,
    `elysiactl_expectation_missed{${ARTICLE}} 0`,
    'elysiactl_expectation_missed{kind="backup",collection="Never",target=""} 1',
    'elysiactl_alerts_undelivered 4',
    'elysiactl_disk_free_bytes{target="/backups"} 10',
    `elysiactl_generated_timestamp_seconds ${NOW / 1000}`,
  ])
    t.ok(lines.includes(line), line)
  const named = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name))
  t.strictSame([...named].sort(), Object.keys(METRICS).sort(), 'each metric of the table has a value here')
  t.notMatch(text, /r1|a1/, 'no id of a run or an archive is a label')
})

t.test('promtool finds nothing wrong', withPromtool, async (t) => {
  const { text } = await metricsSource({ reader: full(), report: fullReport, now: () => NOW })()
  t.strictSame(promtool(['check', 'metrics'], { input: text }), { status: 0, said: '' })
})

t.test('an empty history has metrics as well', async (t) => {
  const { text, others } = await metricsSource({ reader: history([]), report })()
  t.match(text, /^elysiactl_alerts_undelivered 0$/m)
  t.match(text, /^elysiactl_generated_timestamp_seconds \d/m)
  t.equal(others, 0)
})

t.test('a failed run leaves the last success where it was', async (t) => {
  const error = { code: 'ELYSIA_STORE', message: 'm' }
  const { lastRun, lastEnded } = figures(entry({ status: 'failed', error }))
  const { text } = await metricsSource({
    reader: history([figures(entry(), { lastRun, lastEnded })]),
    report,
  })()
  t.match(text, `elysiactl_last_success_timestamp_seconds{${ARTICLE}} `)
  t.match(text, `elysiactl_last_run_status{${ARTICLE},code="ELYSIA_STORE"} 1`)
  t.notMatch(text, `elysiactl_last_run_status{${ARTICLE},code="done"}`)
})

t.test('an interrupted run is the last one, and undoes no failure', async (t) => {
  const { lastRun } = figures(entry({ status: 'interrupted' }))
  const failed = figures(entry({ status: 'failed', error: UNREACHABLE }), { lastRun })
  const { text } = await metricsSource({ reader: history([failed]), report })()
  t.match(text, `elysiactl_last_run_status{${ARTICLE},code="interrupted"} 1`)
  t.match(text, `elysiactl_last_run_failed{${ARTICLE},code="ELYSIA_UNREACHABLE"} 1`)
})

t.test('a run that failed before its target was known is the last one until another one ends', async (t) => {
  const usage = {
    ...({ target: '', status: 'failed', error: { code: 'ELYSIA_STATE', message: 'm' } } as const),
    started_at: '2026-11-29T00:00:00.000Z',
  } as const
  const labels = 'kind="backup",collection="Article",target="",code="ELYSIA_STATE"'
  const texts = async (failure: Partial<HistoryEntry>, other: Partial<HistoryEntry> = {}) =>
    (await metricsSource({ reader: history([figures(entry(failure)), figures(entry(other))]), report })())
      .text
  t.notMatch(await texts(usage), new RegExp(`last_run_\\w+{${labels}}`))
  const later = { ...usage, started_at: '2026-11-29T03:00:00.000Z' }
  t.match(await texts(later), `elysiactl_last_run_status{${labels}} 1`)
  t.match(await texts(later), `elysiactl_last_run_failed{${labels}} 1`)
  const both = await texts(usage, { status: 'failed', error: UNREACHABLE })
  t.notMatch(both, `elysiactl_last_run_status{${labels}}`)
  t.match(both, `elysiactl_last_run_failed{${labels}} 1`, 'it is over with a success only')
  t.match(await texts({ ...usage, collection: '' }, {}), 'elysiactl_runs_total{kind="backup",collection=""')
  const since = figures(entry({ status: 'failed', error: UNREACHABLE }), {
    lastSuccess: figures(entry()).lastSuccess!,
  })
  const again = await metricsSource({ reader: history([figures(entry(usage)), since]), report })()
  t.notMatch(again.text, `elysiactl_last_run_failed{${labels}}`, 'over, though another one failed since')
  t.notMatch(
    await texts({ ...usage, collection: '' }, {}),
    'elysiactl_last_run_failed{kind="backup",collection=""',
  )
})

t.test('a history that was replaced gives its own names', async (t) => {
  const path = join(t.testdir(), 'history.db')
  const reader = openHistory(path)
  t.teardown(() => reader.close())
  const source = metricsSource({ reader })
  reader.put(entry({ collection: 'Old' }))
  t.match((await source()).text, /collection="Old"/)
  const version = reader.version()
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true })
  const other = openHistory(path)
  other.put(entry({ collection: 'New' }))
  other.close()
  t.not(reader.version(), version)
  const { text } = await source()
  t.match(text, /elysiactl_records_total\{kind="backup",collection="New"/)
  t.notMatch(text, /Old/)
})

t.test('only what changed is written again, and the text is that of a fresh one', async (t) => {
  const [one, other] = [figures(entry()), figures(entry({ collection: 'Other' }))]
  const reader = history([one, other])
  const source = metricsSource({ reader, report, now: () => NOW })
  const before = await source()
  reader.figures = () => [
    { ...one, subject: 0 },
    { ...figures(entry({ collection: 'Other', status: 'failed', error: UNREACHABLE })), subject: 1 },
  ]
  reader.at++
  const after = await source()
  const fresh = await metricsSource({ reader, report, now: () => NOW })()
  t.equal(after.text, fresh.text)
  const kept = after.groups.filter((group) => before.groups.includes(group))
  t.ok(kept.length > 0)
  t.ok(kept.every(({ labels }) => labels.collection !== 'Other'))
  t.ok(
    before.groups
      .filter(({ labels }) => labels.collection === 'Article')
      .every((group) => kept.includes(group)),
    'what is the same is the same object',
  )
})

t.test('is read again only where something changed', async (t) => {
  const reader = full()
  let reports = 0
  let now = NOW
  const source = metricsSource({
    reader,
    report: () => {
      reports++
      return fullReport()
    },
    now: () => now,
  })
  await source()
  await source()
  t.strictSame([reader.reads, reports], [1, 1], 'nothing was written')
  reader.at++
  await source()
  t.strictSame([reader.reads, reports], [2, 1], 'what was written is seen at once')
  now += 30_000
  await source()
  t.strictSame([reader.reads, reports], [3, 2], 'the report is made again after 30 s')
  now = Date.parse('2026-11-29T05:00:01Z')
  const { text } = await source()
  t.match(text, `elysiactl_expectation_missed{${ARTICLE}} 1`, 'time alone makes it missed')
})
