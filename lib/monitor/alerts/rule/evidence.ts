import type { HistoryEntry, HistoryReader, HistoryStatus } from '../../history/entry.ts'
import type { MonitorReport } from '../../report/schema.ts'
import type { RunSubject } from '../config/settings.ts'

/** What rules are judged by. */
export interface Evidence {
  readonly reader: HistoryReader
  /** Without it, the rules that need it are left as they were. */
  readonly report?: MonitorReport
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

/** The last run of a subject that ended by itself or was killed; a run that a user interrupted says nothing. */
export function lastEnded({ reader }: Evidence, subject: RunSubject): HistoryEntry | undefined {
  return entriesOf(reader, subject, { status: ENDED, limit: 1 })[0]
}

/** The runs of a subject of a period that ended by themselves or were killed, the newest first. */
export function endedSince({ reader }: Evidence, subject: RunSubject, since: number): HistoryEntry[] {
  return entriesOf(reader, subject, { status: ENDED, since: new Date(since).toISOString(), limit: 10_000 })
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
