import type { HistoryReader } from '../history/entry.ts'
import type { MonitorReport } from '../report/schema.ts'
import { bounded } from './bounded.ts'
import { exposition } from './exposition.ts'
import type { Sample } from './metric.ts'
import { ofHistory } from './ofHistory.ts'
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
  readonly samples: readonly Sample[]
  /** How many collections are joined as `other`; 0 if each has its own figures. */
  readonly others: number
}

/** Returns the current metrics at each call. */
export type MetricsSource = () => Promise<MetricsText>

/**
 * All metrics of a history: every text covers every known collection. Reads only what changed since the last text; the
 * report may be 30 s old. Memory: the samples and the text of the last call.
 * @throws what the reader or the report throws
 */
export function metricsSource({ reader, report, now = Date.now }: MetricsInput): MetricsSource {
  let reported: { readonly report: MonitorReport | undefined; readonly at: number } | undefined
  let made: Made | undefined
  return async () => {
    // Taken before reading: what is written meanwhile shows up in the next text at the latest.
    const version = reader.version()
    if (reported === undefined || now() - reported.at >= REPORT_FOR_MS || now() < reported.at) {
      reported = { report: await report?.(), at: now() }
    }
    if (made?.version !== version || made.report !== reported.report) {
      made = { version, report: reported.report, stable: await stable(reader, reported.report) }
    }
    const { text, samples, others } = made.stable
    const fresh = timely(samples, now() / 1000)
    return { text: `${text}${await exposition(fresh)}`, samples: [...samples, ...fresh], others }
  }
}

interface Made {
  readonly version: number
  readonly report: MonitorReport | undefined
  readonly stable: Stable
}

/** Samples that stay the same until the history changes. */
interface Stable {
  readonly text: string
  readonly samples: readonly Sample[]
  readonly others: number
}

async function stable(reader: HistoryReader, report: MonitorReport | undefined): Promise<Stable> {
  const { samples, others } = bounded([
    ...ofHistory(reader),
    ...(report === undefined ? [] : ofReport(report)),
  ])
  samples.push({ name: 'elysiactl_collections_other', labels: {}, value: others })
  return { text: await exposition(samples), samples, others }
}

/** Samples that change with time alone: a job can be missed without any run. */
function timely(samples: readonly Sample[], now: number): Sample[] {
  const due = samples.filter(({ name }) => name === 'elysiactl_expectation_due_timestamp_seconds')
  return [
    ...due.map(({ labels, value }) => ({
      name: 'elysiactl_expectation_missed' as const,
      labels,
      value: now > value ? 1 : 0,
    })),
    { name: 'elysiactl_generated_timestamp_seconds', labels: {}, value: now },
  ]
}
