import type { HistoryEntry, RunPoint } from '../history/entry.ts'
import type { MonitorReport } from './schema.ts'

type SuccessRate = MonitorReport['success'][number]

/** What runs are alike by. */
export type Subject = Pick<RunPoint, 'kind' | 'collection' | 'target'>

/** The runs of one subject in the period, the oldest first, and its last good run, whatever its age. */
export interface SubjectRuns extends Subject {
  readonly points: RunPoint[]
  lastSuccess?: HistoryEntry
}

export function subjectKey({ kind, collection, target }: Subject): string {
  return `${kind}\0${collection}\0${target}`
}

/** The subjects of a period, and those that ever had a good run, in order of collection, kind and target. */
export function subjectsOf(
  points: readonly RunPoint[],
  successes: readonly HistoryEntry[],
): readonly SubjectRuns[] {
  const subjects = new Map<string, SubjectRuns>()
  const at = (subject: Subject): SubjectRuns => {
    const key = subjectKey(subject)
    const { kind, collection, target } = subject
    const found = subjects.get(key) ?? { kind, collection, target, points: [] }
    subjects.set(key, found)
    return found
  }
  for (const point of points) at(point).points.push(point)
  for (const entry of successes) at(entry).lastSuccess = entry
  return [...subjects.values()].sort(
    (a, b) => compare(a.collection, b.collection) || compare(a.kind, b.kind) || compare(a.target, b.target),
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** How often runs of a subject succeeded. `lastError` says what its last run failed by. */
export function successRate(
  subject: SubjectRuns,
  nowMs: number,
  slo: number | undefined,
  lastError: (id: string) => string | undefined,
): SuccessRate {
  const { kind, collection, target, points, lastSuccess } = subject
  const counts = new Map<RunPoint['status'], number>()
  for (const { status } of points) counts.set(status, (counts.get(status) ?? 0) + 1)
  const count = (status: RunPoint['status']) => counts.get(status) ?? 0
  const [done, rejects, failed, killed] = [count('done'), count('rejects'), count('failed'), count('killed')]
  const all = done + rejects + failed + killed
  const rate = all === 0 ? undefined : done / all
  // One that was interrupted, or goes on, takes no failure back.
  const last =
    points.findLast(({ status }) => status !== 'interrupted' && status !== 'running') ?? points.at(-1)
  const hasFailed = last?.status === 'failed' || last?.status === 'killed'
  const error = hasFailed ? lastError(last.id) : undefined
  const succeeded = lastSuccess?.ended_at ?? lastSuccess?.started_at
  return {
    ...{ kind, collection, target, done, with_rejects: rejects, failed, killed },
    interrupted: count('interrupted'),
    running: count('running'),
    ...(rate !== undefined && { rate }),
    ...(rate !== undefined && slo !== undefined && { meets_slo: rate * 100 >= slo }),
    ...(succeeded !== undefined && {
      last_success_at: succeeded,
      last_success_age_seconds: Math.max(0, nowMs - Date.parse(succeeded)) / 1000,
    }),
    ...(last !== undefined && { last_run: last.id, last_status: last.status }),
    ...(error !== undefined && { last_error: error }),
  }
}
