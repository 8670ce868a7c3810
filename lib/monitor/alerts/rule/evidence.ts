import type { HistoryEntry, HistoryReader, HistoryStatus } from '../../history/entry.ts'
import type { MonitorReport } from '../../report/schema.ts'
import type { RunChoice, RunSubject } from '../config/settings.ts'

/** What of a report rules are judged by. */
export type ReportedFacts = Partial<
  Pick<MonitorReport, 'missed' | 'expected' | 'trends' | 'disk' | 'damaged'>
>

/** What rules are judged by. */
export interface Evidence {
  readonly reader: HistoryReader
  /** What of a report is known: rules that need what is not are left as they were. */
  readonly report?: ReportedFacts
  /** Milliseconds since 1970, before anything of this was read. */
  readonly now: number
  /** Subjects that alerts are pending or firing of: looked at in any case. */
  readonly watched: readonly RunSubject[]
  /** Look at all that was ever run, rather than at the newest runs. */
  readonly whole: boolean
}

const ENDED: readonly HistoryStatus[] = ['done', 'rejects', 'failed', 'killed']
const NEWEST = 100
const NEWEST_KILLED = 50
const MOST_FAILED = 5000

/** What a run was of, as text: a key. */
export function subjectKey({ kind, collection, target }: RunSubject): string {
  return JSON.stringify([kind, collection, target])
}

export function subjectOf({ kind, collection, target }: RunSubject): RunSubject {
  return { kind, collection, target }
}

/** How a subject is told to a person: `backup of Article (http://…)`. */
export function subjectText({ kind, collection, target }: RunSubject): string {
  const of = collection === '' ? kind : `${kind} of ${collection}`
  return target === '' ? of : `${of} (${target})`
}

/**
 * What runs were of, once each: of the newest runs, of those whose process is gone, and what is watched; `whole`: of all
 * that ever succeeded, and of the newest failures too.
 */
export function subjectsIn({ reader, watched, whole }: Evidence): RunSubject[] {
  const entries: RunSubject[] = [
    ...watched.filter(({ kind }) => kind !== ''),
    ...reader.list({ limit: NEWEST }),
    ...reader.list({ status: ['killed'], limit: NEWEST_KILLED }),
    ...(whole ? reader.lastSuccesses() : []),
    ...(whole ? reader.list({ status: ['failed', 'killed', 'rejects'], limit: MOST_FAILED }) : []),
  ]
  return [...new Map(entries.map((entry) => [subjectKey(entry), subjectOf(entry)])).values()]
}

/**
 * The last run of a subject that ended by itself or was killed; a run that a user interrupted says nothing. One that ended badly
 * and is none of `takes` is looked past, and so is a slip of the hand unless `takes` names users: that all is well again
 * is said by a run that was done alone.
 */
export function lastEnded(
  { reader }: Evidence,
  subject: RunSubject,
  { trigger, triggers }: Pick<RunChoice, 'trigger' | 'triggers'>,
): HistoryEntry | undefined {
  const namesUsers = triggers?.includes('user') === true
  const counts = (entry: HistoryEntry) => trigger(entry.trigger) && (namesUsers || !isSlip(entry))
  const isGood = ({ status }: HistoryEntry) => status === 'done' || status === 'rejects'
  return entriesOf(reader, subject, { status: ENDED, limit: NEWEST }).find(
    (entry) => isGood(entry) || counts(entry),
  )
}

/** Errors of what was typed, or of what stood in its way, before anything was begun. */
const OF_WORDS: ReadonlySet<string> = new Set([
  'ELYSIA_USAGE',
  'ELYSIA_NOT_FOUND',
  'ELYSIA_INPUT_MISSING',
  'ELYSIA_CONFLICT',
])

/** What a user typed, and was told at once that it cannot be: whoever typed it has read so. */
function isSlip({ trigger, status, records, bytes_out: written, error }: HistoryEntry): boolean {
  return (
    trigger === 'user' &&
    status === 'failed' &&
    records === 0 &&
    written === 0 &&
    OF_WORDS.has(error?.code ?? '')
  )
}

/** The runs of a subject of a period that ended by themselves or were killed, the newest first. */
export function endedSince({ reader }: Evidence, subject: RunSubject, since: number): HistoryEntry[] {
  // A watch ends by a signal; of all else that is less than was to be done.
  const status = subject.kind === 'watch' ? ENDED : [...ENDED, 'stopped' as const]
  return entriesOf(reader, subject, { status, since: new Date(since).toISOString(), limit: 10_000 })
}

function entriesOf(
  reader: HistoryReader,
  { kind, collection, target }: RunSubject,
  choice: Parameters<HistoryReader['list']>[0],
): HistoryEntry[] {
  return reader.list({ ...choice, kind: [kind], collection, target })
}

/** When a run came to its end; of one that goes on, when it was last heard of. */
export function endOf({ ended_at: ended, updated_at: updated }: HistoryEntry): number {
  return Date.parse(ended ?? updated)
}
