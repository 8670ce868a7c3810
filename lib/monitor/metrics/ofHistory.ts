import type {
  HistoryEntry,
  HistoryReader,
  HistoryStatus,
  HistoryTotal,
  TrafficTotal,
} from '../history/entry.ts'
import type { Labels, MetricName, Sample } from './metric.ts'

/** Metrics from the history alone: sums, last runs, running jobs. */
export function ofHistory(reader: HistoryReader): Sample[] {
  const labels = new SharedLabels()
  return [
    ...reader.totals().flatMap((one) => ofTotal(one, labels)),
    ...reader.lastSuccesses().flatMap((one) => ofSuccess(one, labels)),
    ...lastRuns(reader).flatMap((one) => ofLast(one, labels)),
    ...reader.list({ status: ['running'] }).flatMap((one) => ofRunning(one, labels)),
    ...reader.traffic().flatMap(ofTraffic),
  ]
}

type Subject = Pick<HistoryTotal, 'kind' | 'collection' | 'target'>

/** Shares one labels object among all samples of a subject: they are then checked and written once. */
class SharedLabels {
  readonly #known = new Map<string, Labels>()

  of({ kind, collection, target }: Subject, code?: string): Labels {
    const key = `${kind}\0${collection}\0${target}\0${code}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const labels = { kind, collection, target, ...(code !== undefined && { code }) }
    this.#known.set(key, labels)
    return labels
  }
}

function lastRuns(reader: HistoryReader): HistoryEntry[] {
  const last = reader.lastRuns()
  return last.filter((one) => !isOutdone(one, last))
}

/**
 * A run that failed before its target was known would stay the last one without a target forever: a later run of the
 * same kind and collection, at any target, replaces it.
 */
function isOutdone(
  { kind, collection, target, started_at }: HistoryEntry,
  all: readonly HistoryEntry[],
): boolean {
  if (target !== '') return false
  return all.some((other) => {
    const isLike = other.kind === kind && (collection === '' || other.collection === collection)
    return isLike && other.started_at > started_at
  })
}

function ofTotal(total: HistoryTotal, shared: SharedLabels): Sample[] {
  const labels = shared.of(total)
  const code = codeOf(total.status, total.code)
  return [
    { name: 'elysiactl_runs_total', labels: shared.of(total, code), value: total.runs },
    { name: 'elysiactl_run_duration_seconds_total', labels, value: total.seconds },
    { name: 'elysiactl_records_total', labels, value: total.records },
    { name: 'elysiactl_rejected_records_total', labels, value: total.rejected },
    { name: 'elysiactl_read_bytes_total', labels, value: total.bytes_in },
    { name: 'elysiactl_written_bytes_total', labels, value: total.bytes_out },
    { name: 'elysiactl_retries_total', labels, value: total.retries },
  ]
}

function ofSuccess(entry: HistoryEntry, shared: SharedLabels): Sample[] {
  return present(shared.of(entry), {
    elysiactl_last_success_timestamp_seconds: secondsOf(entry.ended_at ?? entry.updated_at),
    elysiactl_last_success_duration_seconds: entry.seconds,
    elysiactl_last_success_records: entry.records,
    elysiactl_last_success_archive_bytes: entry.archive_bytes,
  })
}

function ofLast(entry: HistoryEntry, shared: SharedLabels): Sample[] {
  const labels = shared.of(entry)
  const code = codeOf(entry.status, entry.error?.code)
  return [
    ...present(labels, {
      elysiactl_last_run_timestamp_seconds: secondsOf(entry.ended_at ?? entry.updated_at),
    }),
    { name: 'elysiactl_last_run_status', labels: shared.of(entry, code), value: 1 },
  ]
}

function ofRunning(entry: HistoryEntry, shared: SharedLabels): Sample[] {
  const { progress } = entry
  const ratio =
    progress?.total === undefined || progress.total === 0
      ? undefined
      : Math.min(1, progress.done / progress.total)
  return present(shared.of(entry), {
    elysiactl_runs_running: 1,
    elysiactl_run_stalled: progress?.waits_for === undefined ? 0 : 1,
    elysiactl_run_progress_ratio: ratio,
    elysiactl_run_records_per_second: progress?.rate_per_second,
    elysiactl_run_bytes_per_second: progress?.bytes_per_second,
    elysiactl_run_resident_memory_bytes: progress?.rss_bytes,
  })
}

function ofTraffic(one: TrafficTotal): Sample[] {
  return present(
    { target: one.place },
    {
      elysiactl_place_received_bytes_total: one.bytes_in,
      elysiactl_place_sent_bytes_total: one.bytes_out,
      elysiactl_place_run_seconds_total: one.seconds,
      elysiactl_place_receive_stalls_total: one.stalls_in,
      elysiactl_place_send_stalls_total: one.stalls_out,
      elysiactl_place_receive_stalled_seconds_total: one.stalled_in_seconds,
      elysiactl_place_send_stalled_seconds_total: one.stalled_out_seconds,
    },
  )
}

/** How a run ended: its status, and for a failure the error code. */
function codeOf(status: HistoryStatus, code: string | undefined): string {
  return status === 'failed' && code !== undefined && code !== '' ? code : status
}

/** Makes samples with the same labels from the values that exist. */
export function present(
  labels: Labels,
  values: Readonly<Partial<Record<MetricName, number | undefined>>>,
): Sample[] {
  return (Object.entries(values) as [MetricName, number | undefined][]).flatMap(([name, value]) =>
    value === undefined || !Number.isFinite(value) ? [] : [{ name, labels, value }],
  )
}

/** Seconds since 1970 of an ISO text; undefined if it is absent or no valid time. */
export function secondsOf(iso: string | undefined): number | undefined {
  const ms = iso === undefined ? Number.NaN : Date.parse(iso)
  return Number.isNaN(ms) ? undefined : ms / 1000
}
