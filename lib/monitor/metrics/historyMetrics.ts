import type {
  HistoryEntry,
  HistoryReader,
  HistoryStatus,
  SubjectFigures,
  SubjectRun,
  TrafficTotal,
} from '../history/entry.ts'
import { isFailed, isOver, type StartedSubject } from '../history/failures.ts'
import { GroupCache, groupOf } from './groups.ts'
import type { SampleGroup, Values } from './metric.ts'

/**
 * Metrics from the history alone: sums, last runs, running jobs. Groups that are the same as in the last call with the
 * same `known` are the same objects.
 */
export function historyMetrics(reader: HistoryReader, known = new GroupCache()): SampleGroup[] {
  const figures = reader.figures()
  const outdated = outdatedIn(figures)
  const groups: SampleGroup[] = []
  for (const one of figures) ofSubject(one, outdated.get(one), known, groups)
  for (const one of reader.list({ status: ['running'] })) groups.push(...ofRunning(one))
  for (const one of reader.traffic()) groups.push(...ofTraffic(one))
  return groups
}

/** Runs from before their target was known: they would stay the last ones without a target forever. */
interface FailureState {
  /** Another run of the same job began later. */
  readonly isOutdone: boolean
  /** It failed, and the same job succeeded later. */
  readonly isOver: boolean
}

function outdatedIn(figures: readonly SubjectFigures[]): Map<SubjectFigures, FailureState> {
  const placeless = figures.filter(({ target, lastRun }) => target === '' && lastRun !== undefined)
  const states = new Map<SubjectFigures, FailureState>()
  if (placeless.length === 0) return states
  const all = figures.flatMap((one) => began(one, one.lastRun))
  const done = figures.flatMap((one) => began(one, one.lastSuccess))
  const [newest, succeeded] = [newestOf(all), newestOf(done)]
  for (const subject of placeless) {
    const outdone = began(subject, subject.lastRun).some((run) => isOver(run, newest))
    states.set(subject, {
      isOutdone: outdone,
      isOver: began(subject, subject.lastEnded).some((run) => isOver(run, succeeded)),
    })
  }
  return states
}

function began(
  { kind, collection, target }: SubjectFigures,
  run: Pick<SubjectRun, 'startedMs'> | undefined,
): StartedSubject[] {
  return run === undefined ? [] : [{ kind, collection, target, startedMs: run.startedMs }]
}

/** The newest of each kind and collection: with a thousand collections all of them would be compared with all. */
function newestOf(all: readonly StartedSubject[]): StartedSubject[] {
  const newest = new Map<string, StartedSubject>()
  for (const one of all) {
    const key = `${one.kind}\0${one.collection}`
    if ((newest.get(key)?.startedMs ?? Number.NEGATIVE_INFINITY) < one.startedMs) newest.set(key, one)
  }
  return [...newest.values()]
}

function ofSubject(
  figures: SubjectFigures,
  outdated: FailureState | undefined,
  cache: GroupCache,
  into: SampleGroup[],
): void {
  const { kind, collection, target, ended, sums, lastSuccess, lastRun, lastEnded } = figures
  const last = outdated?.isOutdone === true ? undefined : lastRun
  const values = {
    elysiactl_run_duration_seconds_total: sums?.seconds,
    elysiactl_records_total: sums?.records,
    elysiactl_rejected_records_total: sums?.rejected,
    elysiactl_read_bytes_total: sums?.bytes_in,
    elysiactl_written_bytes_total: sums?.bytes_out,
    elysiactl_retries_total: sums?.retries,
    elysiactl_last_success_timestamp_seconds: lastSuccess && lastSuccess.endedMs / 1000,
    elysiactl_last_success_duration_seconds: lastSuccess?.seconds,
    elysiactl_last_success_records: lastSuccess?.records,
    elysiactl_last_success_archive_bytes: lastSuccess?.archiveBytes,
    elysiactl_last_run_timestamp_seconds: last && last.endedMs / 1000,
  }
  // Not its number: a history that replaces a damaged one numbers others so.
  const name = `${kind}\0${collection}\0${target}`
  cache.add(name, () => ({ kind, collection, target }), values, into)
  const byCode = new Map<string, Record<string, number>>()
  const add = (code: string, name: keyof Values, value: number) => {
    const there = byCode.get(code)
    if (there === undefined) byCode.set(code, { [name]: value })
    else there[name] = (there[name] ?? 0) + value
  }
  for (const { status, code, runs } of ended) add(codeOf(status, code), 'elysiactl_runs_total', runs)
  if (last !== undefined) add(codeOf(last.status, last.code), 'elysiactl_last_run_status', 1)
  if (lastEnded !== undefined && outdated?.isOver !== true) {
    const failed = isFailed(lastEnded.status) ? 1 : 0
    add(codeOf(lastEnded.status, lastEnded.code), 'elysiactl_last_run_failed', failed)
  }
  for (const [code, codeValues] of byCode)
    cache.add(`${name}\0${code}`, () => ({ kind, collection, target, code }), codeValues, into)
}

function ofRunning({ kind, collection, target, progress }: HistoryEntry): SampleGroup[] {
  const ratio =
    progress?.total === undefined || progress.total === 0
      ? undefined
      : Math.min(1, progress.done / progress.total)
  return groupOf(
    { kind, collection, target },
    {
      elysiactl_runs_running: 1,
      elysiactl_run_stalled: progress?.waits_for === undefined ? 0 : 1,
      elysiactl_run_progress_ratio: ratio,
      elysiactl_run_records_per_second: progress?.rate_per_second,
      elysiactl_run_bytes_per_second: progress?.bytes_per_second,
      elysiactl_run_resident_memory_bytes: progress?.rss_bytes,
    },
  )
}

function ofTraffic(total: TrafficTotal): SampleGroup[] {
  return groupOf(
    { target: total.place },
    {
      elysiactl_place_received_bytes_total: total.bytes_in,
      elysiactl_place_sent_bytes_total: total.bytes_out,
      elysiactl_place_run_seconds_total: total.seconds,
      elysiactl_place_receive_stalls_total: total.stalls_in,
      elysiactl_place_send_stalls_total: total.stalls_out,
      elysiactl_place_receive_stalled_seconds_total: total.stalled_in_seconds,
      elysiactl_place_send_stalled_seconds_total: total.stalled_out_seconds,
    },
  )
}

/** How a run ended: its status, and for a failure the error code. */
function codeOf(status: HistoryStatus, code: string): string {
  return status === 'failed' && code !== '' ? code : status
}
