import type { HistoryReader } from '../history/entry.ts'
import type { MonitorReport } from '../report/schema.ts'
import { boundGroups } from './boundGroups.ts'
import { exposition } from './exposition.ts'
import { GroupCache } from './groups.ts'
import { historyMetrics } from './historyMetrics.ts'
import type { SampleGroup } from './metric.ts'
import { ofReport } from './ofReport.ts'

/** A report takes longer to make than the rest, and its facts change slowly. */
const REPORT_FOR_MS = 30_000

/** What metrics are made from. */
export interface MetricsInput {
  readonly reader: HistoryReader
  /** Makes a current report; without it only the history's metrics are given. */
  readonly report?: () => MonitorReport | Promise<MonitorReport>
  /** Milliseconds since 1970. `Date.now`. */
  readonly now?: () => number
}

/** The metrics as text, with their values. */
export interface MetricsText {
  readonly text: string
  /** The same metrics as values. */
  readonly groups: readonly SampleGroup[]
  /** How many collections are joined as `other`; 0 if each has its own figures. */
  readonly others: number
}

/** Returns the current metrics at each call. */
export type MetricsSource = () => Promise<MetricsText>

/**
 * All metrics of a history: every text covers every known collection. Reads the history again only if it changed, and
 * writes only the lines that changed; the report may be 30 s old. Memory: the values and lines of the last text.
 * @throws what the reader or the report throws
 */
export function metricsSource({ reader, report, now = Date.now }: MetricsInput): MetricsSource {
  let reported: { readonly report: MonitorReport | undefined; readonly at: number } | undefined
  let made: CachedMetrics | undefined
  const cache = new GroupCache()
  return async () => {
    // Taken before reading: what is written meanwhile shows up in the next text at the latest.
    const version = reader.version()
    if (reported === undefined || now() - reported.at >= REPORT_FOR_MS || now() < reported.at) {
      reported = { report: await report?.(), at: now() }
    }
    if (made?.version !== version || made.report !== reported.report) {
      made = { version, report: reported.report, stable: stableMetrics(reader, reported.report, cache) }
    }
    const { text, groups, others } = made.stable
    const fresh = timeMetrics(groups, now() / 1000)
    return { text: `${text}${exposition(fresh)}`, groups: [...groups, ...fresh], others }
  }
}

interface CachedMetrics {
  readonly version: number
  readonly report: MonitorReport | undefined
  readonly stable: StableMetrics
}

/** Metrics that stay the same until the history changes. */
interface StableMetrics {
  readonly text: string
  readonly groups: readonly SampleGroup[]
  readonly others: number
}

function stableMetrics(
  reader: HistoryReader,
  report: MonitorReport | undefined,
  known: GroupCache,
): StableMetrics {
  const ofRuns = historyMetrics(reader, known)
  const { groups, others } = boundGroups(report === undefined ? ofRuns : [...ofRuns, ...ofReport(report)])
  groups.push({ labels: {}, values: { elysiactl_collections_other: others } })
  return { text: exposition(groups), groups, others }
}

/** Metrics that change with time alone: a job can be missed without any run. */
function timeMetrics(groups: readonly SampleGroup[], now: number): SampleGroup[] {
  const missed = groups.flatMap(
    ({ labels, values: { elysiactl_expectation_due_timestamp_seconds: due } }): SampleGroup[] =>
      due === undefined ? [] : [{ labels, values: { elysiactl_expectation_missed: now > due ? 1 : 0 } }],
  )
  return [...missed, { labels: {}, values: { elysiactl_generated_timestamp_seconds: now } }]
}
