import type { HistoryEntry, HistoryStatus, SubjectRuns, SubjectSuccess } from '../history/entry.ts'
import type { MonitorReport } from './schema.ts'

type SuccessRate = MonitorReport['success'][number]

/** The runs of one subject in the period, and its last successful run, however old. */
export interface ReportedSubject extends Pick<SubjectRuns, 'kind' | 'collection' | 'target'> {
  /** Undefined if none began in the period. */
  readonly runs?: SubjectRuns
  readonly lastSuccess?: HistoryEntry
}

/** The subjects of a period, and those that ever had a successful run, sorted by collection, kind and target. */
export function subjectsOf(
  runsBySubject: readonly SubjectRuns[],
  successes: readonly HistoryEntry[],
): readonly ReportedSubject[] {
  const keyOf = ({ kind, collection, target }: ReportedSubject) => `${kind}\0${collection}\0${target}`
  const good = new Map(successes.map((entry) => [keyOf(entry), entry]))
  const subjects = runsBySubject.map((runs): ReportedSubject => {
    const { kind, collection, target } = runs
    const key = keyOf(runs)
    const lastSuccess = good.get(key)
    good.delete(key)
    return { kind, collection, target, runs, ...(lastSuccess && { lastSuccess }) }
  })
  for (const entry of good.values()) {
    const { kind, collection, target } = entry
    subjects.push({ kind, collection, target, lastSuccess: entry })
  }
  return subjects.sort(
    (a, b) => compare(a.collection, b.collection) || compare(a.kind, b.kind) || compare(a.target, b.target),
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Why a run failed, and the next step, if known. */
export interface LastError {
  readonly message: string
  readonly hint?: string
}

/** How often runs of a subject succeeded. `lastError` is why its last run failed. */
export function successRate(
  subject: ReportedSubject,
  nowMs: number,
  slo: number | undefined,
  lastError: (id: string) => LastError | undefined,
): SuccessRate {
  const { kind, collection, target, runs, lastSuccess } = subject
  const count = (status: HistoryStatus) => runs?.counts[status] ?? 0
  const [done, rejects, failed, killed] = [count('done'), count('rejects'), count('failed'), count('killed')]
  const stopped = kind === 'watch' ? 0 : count('stopped')
  const all = done + rejects + failed + killed + stopped
  const rate = all === 0 ? undefined : done / all
  const last = runs?.last
  const hasFailed = last?.status === 'failed' || last?.status === 'killed'
  const error = hasFailed ? lastError(last.id) : undefined
  const succeeded = lastSuccess?.ended_at ?? lastSuccess?.started_at
  return {
    ...{ kind, collection, target, done, with_rejects: rejects, failed, killed },
    interrupted: count('interrupted'),
    stopped: count('stopped'),
    running: count('running'),
    ...(rate !== undefined && { rate }),
    ...(rate !== undefined && slo !== undefined && { meets_slo: rate * 100 >= slo }),
    ...(succeeded !== undefined && {
      last_success_at: succeeded,
      last_success_age_seconds: Math.max(0, nowMs - Date.parse(succeeded)) / 1000,
    }),
    ...(last !== undefined && {
      last_run: last.id,
      last_run_at: new Date(last.startedMs).toISOString(),
      last_status: last.status,
    }),
    ...(error !== undefined && { last_error: error.message }),
    ...(error?.hint !== undefined && { last_hint: error.hint }),
  }
}

/** When a subject was last done. */
export function successOf({ kind, collection, target, lastSuccess }: ReportedSubject): SubjectSuccess {
  const at = lastSuccess?.ended_at ?? lastSuccess?.started_at
  return { kind, collection, target, succeededMs: at === undefined ? null : Date.parse(at) }
}
