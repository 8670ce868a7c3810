import type { HistoryEntry, HistoryReader, HistoryStatus } from './entry.ts'

/** Statuses of runs that ended by themselves or were killed: an interrupted or running one revokes no failure. */
export const ENDED: readonly HistoryStatus[] = ['done', 'rejects', 'failed', 'killed']

/** Errors in the command line, or in the names and files that it gives: those of slips. */
export const SLIP_CODES: readonly string[] = ['ELYSIA_USAGE', 'ELYSIA_NOT_FOUND', 'ELYSIA_INPUT_MISSING']

/** How many of the newest runs of a subject are looked through for one that is no slip. */
const NEWEST = 100

/** What decides whether a run was a slip. */
export interface SlipEvidence {
  readonly trigger: string
  /** True if a person at a terminal could read what the command said. */
  readonly terminal?: boolean | undefined
  readonly status: string
  readonly records?: number
  readonly bytes_out?: number
  readonly code: string | undefined
}

/** True for a typing error: whoever typed the command has read about it at once, and nothing was done. */
export function isSlip(attempt: SlipEvidence): boolean {
  const { trigger, terminal, status, records, bytes_out: written, code = '' } = attempt
  // A pod or a build server that nothing identifies as a clock counts as a user, too.
  const isTyped = trigger === 'user' && terminal === true
  return isTyped && status === 'failed' && records === 0 && written === 0 && SLIP_CODES.includes(code)
}

/** The most slips, and the longest time between them, that are one person's tries: more are a job that fails. */
const MOST_SLIPS = 20
const SLIPS_MS = 3_600_000

/**
 * The newest run that is no slip; the newest of all if more slips than a person makes are newer, or slips from over more
 * than an hour. Undefined if there is nothing but a few slips. `runs`: newest first; as few as possible are read.
 */
export function newestCounted<T>(
  runs: Iterable<T>,
  isSlipped: (run: T) => boolean,
  startedMs: (run: T) => number,
): T | undefined {
  let [newest, slips]: [T | undefined, number] = [undefined, 0]
  for (const run of runs) {
    if (!isSlipped(run)) return run
    newest ??= run
    slips += 1
    if (slips > MOST_SLIPS || startedMs(newest) - startedMs(run) > SLIPS_MS) return newest
  }
  return undefined
}

/**
 * The runs that count: all but the slips, and these too where they are more than one person's tries, as for
 * `newestCounted`, which returns the first of this. `runs`: ended ones, newest first.
 */
export function withoutSlips<T>(
  runs: readonly T[],
  isSlipped: (run: T) => boolean,
  startedMs: (run: T) => number,
): T[] {
  const counting: T[] = []
  for (let at = 0; at < runs.length; ) {
    const other = runs.findIndex((run, index) => index >= at && !isSlipped(run))
    const end = other === -1 ? runs.length : other
    const slips = runs.slice(at, end)
    if (newestCounted(slips, isSlipped, startedMs) !== undefined) counting.push(...slips)
    counting.push(...runs.slice(end, end + 1))
    at = end + 1
  }
  return counting
}

/** True for an entry that is a slip. @see isSlip */
export function isSlipped(entry: HistoryEntry): boolean {
  return isSlip({ ...entry, code: entry.error?.code })
}

/** True for a status that report, metrics and alerts call failed, unless the run was a slip. */
export function isFailed(status: string): boolean {
  return status === 'failed' || status === 'killed'
}

type SubjectKey = Pick<HistoryEntry, 'kind' | 'collection' | 'target'>

/** Which failures count. */
export interface FailureFilter {
  readonly counts?: (entry: HistoryEntry) => boolean
  readonly countsSlips?: boolean
}

/**
 * The last run of a subject that ended by itself or was killed, for report, metrics and alerts alike. Runs that a user
 * interrupted are skipped, and a few slips (`newestCounted`) unless `countsSlips`, and failed ones for which `counts` is
 * false.
 */
export function lastEnded(
  reader: Pick<HistoryReader, 'list'>,
  { kind, collection, target }: SubjectKey,
  { counts = () => true, countsSlips = false }: FailureFilter = {},
): HistoryEntry | undefined {
  const found = reader.list({ kind: [kind], collection, target, status: ENDED, limit: NEWEST })
  const counted = found.filter((entry) => !isFailed(entry.status) || counts(entry))
  return newestCounted(counted, (entry) => !countsSlips && isSlipped(entry), startedMsOf)
}

/** True if nothing was ever done with a name but a few slips, which tells that there is no such thing. */
export function isOnlySlips(
  reader: Pick<HistoryReader, 'list'>,
  subject: SubjectKey,
  since?: string,
): boolean {
  const { kind, collection, target } = subject
  const period = since === undefined ? {} : { since }
  const runs = reader.list({ kind: [kind], collection, target, limit: NEWEST, ...period })
  return newestCounted(runs, isSlipped, startedMsOf) === undefined
}

/** When a run began, in milliseconds since 1970. */
export function startedMsOf({ started_at: at }: HistoryEntry): number {
  return Date.parse(at)
}

/** What decides whether a failure is over. */
export interface StartedSubject extends SubjectKey {
  readonly startedMs: number
}

/**
 * True for a failure from before its store was known, if the same job succeeded later at any store. One from before its
 * collection was known is over with any collection. `succeeded`: the last successful runs.
 */
export function isOver(failure: StartedSubject, succeeded: Iterable<StartedSubject>): boolean {
  const { kind, collection, target, startedMs } = failure
  if (target !== '') return false
  for (const one of succeeded) {
    const isLike = one.kind === kind && (collection === '' || one.collection === collection)
    if (isLike && one.startedMs > startedMs) return true
  }
  return false
}
