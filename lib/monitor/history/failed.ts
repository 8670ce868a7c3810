import type { HistoryEntry, HistoryReader, HistoryStatus } from './entry.ts'

/** Statuses of runs that ended by themselves or were killed: an interrupted or running one revokes no failure. */
export const ENDED: readonly HistoryStatus[] = ['done', 'rejects', 'failed', 'killed']

/** Errors in the command line, or obstacles found before the run began. */
const OF_WORDS: ReadonlySet<string> = new Set([
  'ELYSIA_USAGE',
  'ELYSIA_NOT_FOUND',
  'ELYSIA_INPUT_MISSING',
  'ELYSIA_CONFLICT',
])

/** How many of the newest runs of a subject are looked through for one that is no slip. */
const NEWEST = 100

/** What decides whether a run was a slip. */
export interface Attempt {
  readonly trigger: string
  readonly status: string
  readonly records: number
  readonly bytes_out: number
  readonly code: string | undefined
}

/** A typing error: whoever typed the command has read about it at once, and nothing was done. */
export function isSlip({ trigger, status, records, bytes_out: written, code = '' }: Attempt): boolean {
  return trigger === 'user' && status === 'failed' && records === 0 && written === 0 && OF_WORDS.has(code)
}

/** The same of an entry. */
export function isSlipped(entry: HistoryEntry): boolean {
  return isSlip({ ...entry, code: entry.error?.code })
}

/** True for a status that report, metrics and alerts call failed, unless the run was a slip. */
export function isFailed(status: string): boolean {
  return status === 'failed' || status === 'killed'
}

type Subject = Pick<HistoryEntry, 'kind' | 'collection' | 'target'>

/**
 * The last run of a subject that ended by itself or was killed, for report, metrics and alerts alike. Runs that a user
 * interrupted are skipped, and failed ones that do not count: slips, unless `counts` says otherwise.
 */
export function lastEnded(
  reader: Pick<HistoryReader, 'list'>,
  { kind, collection, target }: Subject,
  counts: (entry: HistoryEntry) => boolean = (entry) => !isSlipped(entry),
): HistoryEntry | undefined {
  const found = reader.list({ kind: [kind], collection, target, status: ENDED, limit: NEWEST })
  return found.find((entry) => !isFailed(entry.status) || counts(entry))
}

/** True if nothing was ever done with a name but slips, which tells that there is no such thing. */
export function isOnlySlips(reader: Pick<HistoryReader, 'list'>, subject: Subject, since?: string): boolean {
  const { kind, collection, target } = subject
  const period = since === undefined ? {} : { since }
  return reader.list({ kind: [kind], collection, target, limit: NEWEST, ...period }).every(isSlipped)
}

/** What decides whether a failure is over. */
export interface Began extends Subject {
  readonly startedMs: number
}

/**
 * True for a failure from before its store was known, if the same job succeeded later at any store. One from before its
 * collection was known is over with any collection. `succeeded`: the last successful runs.
 */
export function isOver(failure: Began, succeeded: Iterable<Began>): boolean {
  const { kind, collection, target, startedMs } = failure
  if (target !== '') return false
  for (const one of succeeded) {
    const isLike = one.kind === kind && (collection === '' || one.collection === collection)
    if (isLike && one.startedMs > startedMs) return true
  }
  return false
}
