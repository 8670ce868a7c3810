import type { HistoryEntry, HistoryReader } from '../../history/entry.ts'
import { ENDED, isOver, isSlipped, lastEnded, startedMsOf, withoutSlips } from '../../history/failures.ts'
import type { MonitorReport } from '../../report/schema.ts'
import type { RunChoice, RunSubject } from '../config/settings.ts'

/** The parts of a report that rules use. */
export type ReportedFacts = Partial<
  Pick<MonitorReport, 'missed' | 'expected' | 'trends' | 'disk' | 'damaged'>
>

/** The facts that rules are judged by. */
export interface Evidence {
  readonly reader: HistoryReader
  /** The known parts of a report: rules that need an absent part keep their state. */
  readonly report?: ReportedFacts
  /** Milliseconds since 1970, taken before any of this was read. */
  readonly now: number
  /** Subjects with pending or firing alerts: always looked at. */
  readonly watched: readonly RunSubject[]
  /** True to look at every run ever recorded instead of the newest ones. */
  readonly whole: boolean
}

const NEWEST = 100
const NEWEST_KILLED = 50
const MOST_FAILED = 5000

/** The subject of a run as a key. */
export function subjectKey({ kind, collection, target }: RunSubject): string {
  return JSON.stringify([kind, collection, target])
}

/** The subject of a run, without the run's other fields. */
export function subjectOf({ kind, collection, target }: RunSubject): RunSubject {
  return { kind, collection, target }
}

/** A subject in words: `backup of Article (http://…)`. */
export function subjectText({ kind, collection, target }: RunSubject): string {
  const of = collection === '' ? kind : `${kind} of ${collection}`
  return target === '' ? of : `${of} (${target})`
}

/**
 * The distinct subjects of the newest runs, of runs whose process is gone, and of what is watched; with `whole` also of
 * every run that ever succeeded, and of the newest failures.
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
 * The last run of a subject that counts for a rule: a failed run that `takes` excludes is skipped, and so is a typing
 * error unless `takes` names users: only a run that was done ends an alert. A failure from before its store was known
 * is over once the same job succeeded at any store.
 */
export function lastCountedRun(
  { reader }: Evidence,
  subject: RunSubject,
  { trigger, triggers }: Pick<RunChoice, 'trigger' | 'triggers'>,
): HistoryEntry | undefined {
  const last = lastEnded(reader, subject, {
    counts: (entry) => trigger(entry.trigger),
    countsSlips: triggers?.includes('user') === true,
  })
  if (last === undefined || last.target !== '') return last
  const { kind, collection, started_at: since } = last
  const done = reader.list({
    ...{ kind: [kind], status: ['done'], since, limit: 1 },
    ...(collection !== '' && { collection }),
  })
  return isOver(beganOf(last), done.map(beganOf)) ? undefined : last
}

/** The runs of one subject, newest first, without slips; a rule that names users counts these, too. */
export function countedRuns(
  runs: readonly HistoryEntry[],
  { triggers }: Pick<RunChoice, 'triggers'>,
): readonly HistoryEntry[] {
  if (triggers?.includes('user') === true) return runs
  const ended = runs.filter(({ status }) => ENDED.includes(status))
  const kept = new Set(withoutSlips(ended, isSlipped, startedMsOf))
  return runs.filter((run) => kept.has(run) || !ENDED.includes(run.status))
}

function beganOf({ kind, collection, target, started_at }: HistoryEntry) {
  return { kind, collection, target, startedMs: Date.parse(started_at) }
}

/** The runs of a subject since a moment that ended by themselves or were killed, newest first. */
export function endedSince({ reader }: Evidence, subject: RunSubject, since: number): HistoryEntry[] {
  // A watch is ended by a signal; any other job that a signal ended did less than it should.
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

/** When a run ended; for a running one, when it last reported. */
export function endOf({ ended_at: ended, updated_at: updated }: HistoryEntry): number {
  return Date.parse(ended ?? updated)
}
