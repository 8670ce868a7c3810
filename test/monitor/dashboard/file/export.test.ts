import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { readAssets } from '../../../../lib/monitor/dashboard/assets.ts'
import type { RunLine } from '../../../../lib/monitor/dashboard/facts.ts'
import { runLine } from '../../../../lib/monitor/dashboard/facts.ts'
import { exportDashboard } from '../../../../lib/monitor/dashboard/file/export.ts'
import {
  type PackedFacts,
  packReport,
  packRuns,
  unpackReport,
  unpackRuns,
} from '../../../../lib/monitor/dashboard/file/packedRuns.ts'
import { HISTORY_STATUSES, type HistoryEntry } from '../../../../lib/monitor/history/entry.ts'
import type { MonitorReport } from '../../../../lib/monitor/report/schema.ts'
import { entryOf, madeUpEntries, madeUpHistory, madeUpReport, madeUpSources } from '../madeUp.ts'

const MOST_BYTES = 2_000_000
const SCRIPT_BYTES = 110_000
const SCRIPT_GZIPPED_BYTES = 45_000

/** Facts of a page that was written. */
function factsIn(html: string): PackedFacts {
  const [, base64] = /<script type="application\/gzip" id="facts">([\w+/=]*)<\/script>/.exec(html)!
  return JSON.parse(gunzipSync(Buffer.from(base64!, 'base64')).toString()) as PackedFacts
}

t.test('the script is small', async (t) => {
  const { script } = await readAssets()
  const gzipped = gzipSync(script, { level: 9 }).length
  t.ok(
    script.length <= SCRIPT_BYTES && gzipped <= SCRIPT_GZIPPED_BYTES,
    `${script.length} bytes, ${gzipped} gzipped`,
  )
})

t.test('runs are the same when they are unpacked', async (t) => {
  const time = fc.integer({ min: 0, max: 4e12 }).map((ms) => new Date(ms).toISOString())
  const amount = fc.double({ min: 0, max: 1e12, noNaN: true }).map((value) => value + 0)
  const count = fc.nat()
  const runs = fc.array(
    fc.record<RunLine>(
      {
        ...{
          id: fc.string(),
          attempt: count,
          kind: fc.string(),
          trigger: fc.string(),
          collection: fc.string(),
        },
        ...{
          target: fc.string(),
          status: fc.constantFrom(...HISTORY_STATUSES),
          started_at: time,
          ended_at: time,
        },
        ...{ seconds: amount, records: count, rejected: count, bytes_in: count, bytes_out: count },
        rate_per_second: amount,
        error: fc.record({ code: fc.string(), message: fc.string() }),
      },
      {
        requiredKeys: ['id', 'attempt', 'kind', 'trigger', 'collection', 'target', 'status', 'started_at'],
      },
    ),
  )
  fc.assert(
    fc.property(runs, (runs) => {
      const through = unpackRuns(JSON.parse(JSON.stringify(packRuns(runs))))
      t.strictSame(through, JSON.parse(JSON.stringify(runs)))
    }),
    { numRuns: 50 },
  )
})

t.test('a report is the very same when it is unpacked', async (t) => {
  const entries = madeUpEntries()
  const runs = entries.map(runLine)
  const report = madeUpReport(entries)
  const strange = {
    ...report,
    trends: report.trends.map((trend) => ({
      ...trend,
      points: [...trend.points, { at: 'then', run: 'gone', status: 'done', seconds: 1, bytes: 2 }],
    })),
  }
  for (const one of [report, strange]) {
    const packed = JSON.parse(JSON.stringify(packReport(one, runs)))
    t.strictSame(unpackReport(packed, runs), JSON.parse(JSON.stringify(one)))
  }
})

/** Ten thousand runs, one a minute, of which no two are alike. */
function manyRuns(collections: number): HistoryEntry[] {
  return Array.from({ length: 10_050 }, (_, index) => {
    const started = Date.UTC(2026, 10, 29) - index * 61_000
    const failed = index % 23 === 0
    return entryOf({
      id: `${new Date(started).toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(3).toString('hex')}`,
      kind: index % 3 === 0 ? 'ingest' : 'backup',
      collection: `Collection${index % collections}`,
      started_at: new Date(started).toISOString(),
      ended_at: new Date(started + 7000 + (index % 900)).toISOString(),
      seconds: 7 + (index % 900) / 1000,
      rate_per_second: 1000 + (index % 777) / 7,
      records: 100_000 + index,
      bytes_in: 9_000_000 + index * 13,
      bytes_out: 5_000_000 + index * 7,
      status: failed ? 'failed' : 'done',
      ...(failed && {
        error: { code: 'ELYSIA_STORE', message: `the server answered ${index}: ${'no '.repeat(60)}` },
      }),
    })
  })
}

/** A report of as many collections, all of which have what a report may say of one. */
function largeReport(entries: readonly HistoryEntry[], collections: number): MonitorReport {
  const report = madeUpReport(entries)
  const of = <T extends { readonly collection: string }>(all: readonly T[]): T[] =>
    Array.from({ length: collections }, (_, index) => ({
      ...all[index % all.length]!,
      collection: `Collection${index}`,
    }))
  const bytes = (index: number, day: number) => 1_000_003 * index + 17 * day * day + ((index * 7919) % 9973)
  return {
    ...report,
    needs_attention: of(report.needs_attention).map((one, index) => ({
      ...one,
      message: `${one.message} (${index})`,
    })),
    success: of(report.success).map((one, index) => ({
      ...one,
      done: index,
      last_success_age_seconds: index * 61,
    })),
    recovery: of(report.recovery).map((one, index) => ({ ...one, seconds: index * 1.7 })),
    storage: of(report.storage).map((one, index) => ({
      ...one,
      points: one.points.map(({ at }, day) => ({ at, bytes: bytes(index, day) })),
    })),
    cleanup: of(report.cleanup).map((one, index) => ({
      ...one,
      id: `${one.id}${index}`,
      bytes: bytes(index, 1),
    })),
    unverified: of(report.unverified).map((one, index) => ({ ...one, id: `${one.id}${index}` })),
    never_backed_up: of(report.never_backed_up),
    uncovered: of(report.never_backed_up).map(({ collection }) => collection),
  }
}

t.test('10 000 runs over 1 000 collections are a file under 2 MB, with all of the report', async (t) => {
  const entries = manyRuns(1000)
  const report = largeReport(entries, 1000)
  const file = join(t.testdir(), 'dashboard.html')
  const sources = { ...madeUpSources(madeUpHistory(entries)), report: () => report }
  const made = await exportDashboard(sources, file)
  t.comment(`${made.bytes} bytes`)
  t.match(made, { runs: 10_000, is_cut: true, left_out: [] })
  t.ok(made.bytes <= MOST_BYTES, `${made.bytes} bytes`)
  const facts = factsIn(readFileSync(file, 'utf8'))
  t.strictSame(unpackReport(facts.report, unpackRuns(facts.packed)), JSON.parse(JSON.stringify(report)))
})

t.test('what is too large for 2 MB all the same is cut, and what was left out is said', async (t) => {
  const noise = () => randomBytes(150).toString('base64')
  const entries = manyRuns(1000).map((entry) => ({
    ...entry,
    status: 'failed' as const,
    error: { code: 'X', message: noise() },
  }))
  const few = largeReport(entries.slice(0, 100), 3000)
  const report = {
    ...few,
    needs_attention: few.needs_attention.map((one) => ({ ...one, message: noise() + noise() })),
  }
  const file = join(t.testdir(), 'dashboard.html')
  const sources = { ...madeUpSources(madeUpHistory(entries)), report: () => report }
  const made = await exportDashboard(sources, file)
  t.ok(made.bytes <= MOST_BYTES, `${made.bytes} bytes`)
  t.match(made.left_out, [/^the oldest [\d,]+ runs$/, /lines of what needs attention$/])
  t.strictSame(factsIn(readFileSync(file, 'utf8')).left_out, made.left_out)
})

t.test('10 000 runs of many collections are a file under 2 MB', async (t) => {
  const entries = manyRuns(40)
  const file = join(t.testdir(), 'dashboard.html')
  const made = await exportDashboard(madeUpSources(madeUpHistory(entries)), file)
  t.match(made, { file, runs: 10_000, is_cut: true })
  t.equal(readFileSync(file).length, made.bytes)
  t.ok(made.bytes <= MOST_BYTES, `${made.bytes} bytes`)
  const facts = factsIn(readFileSync(file, 'utf8'))
  const runs = unpackRuns(facts.packed)
  t.equal(runs.length, 10_000)
  t.strictSame(
    unpackReport(facts.report, runs),
    JSON.parse(JSON.stringify(madeUpReport(entries))),
    'and its figures are those of the report',
  )
})

t.test(
  'the file asks nobody for anything, and its policy names its own script and style alone',
  async (t) => {
    const directory = t.testdir()
    const file = join(directory, 'dashboard.html')
    await exportDashboard(madeUpSources(), file)
    const html = readFileSync(file, 'utf8')
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)![1]!
    const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
    const [, style] = /<style>(.*?)<\/style>/s.exec(html)!
    const script = html.slice(html.lastIndexOf('<script>') + '<script>'.length, html.lastIndexOf('</script>'))
    t.match(policy, /^default-src 'none'/)
    t.ok(policy.includes(`script-src ${hash(script)}`) && policy.includes(`style-src ${hash(style!)}`))
    t.notMatch(policy, /connect-src|unsafe/)
    t.notMatch(html, /<(?:script|img|link|iframe)[^>]+(?:src|href)="(?!data:)/)
    t.strictSame(readdirSync(directory), ['dashboard.html'], 'nothing is left beside it')
  },
)

t.test('hostile texts stay inside of their element', async (t) => {
  const evil = '</script><script>alert(1)</script><!--\u2028'
  const entries = [
    entryOf({ collection: evil, error: { code: 'X', message: evil }, rejects_file: '/etc/hostname' }),
  ]
  const file = join(t.testdir(), 'dashboard.html')
  await exportDashboard(madeUpSources(madeUpHistory(entries)), file)
  const html = readFileSync(file, 'utf8')
  t.notOk(html.includes('</script><script>alert'))
  t.equal(unpackRuns(factsIn(html).packed)[0]!.collection, evil)
  t.notOk(JSON.stringify(factsIn(html)).includes('lines'), 'rejected records are not in it')
})

t.test('a file that cannot be written is an error with the next step, and leaves nothing', async (t) => {
  const file = join(t.testdir(), 'none', 'dashboard.html')
  await t.rejects(exportDashboard(madeUpSources(), file), { code: 'ELYSIA_STATE', hint: /--export/ })
  t.notOk(existsSync(file))
})
