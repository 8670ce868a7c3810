import { pluralize } from '../../core/units.ts'
import type { RunEvent } from '../../run/event/schema.ts'
import { hintedFailure } from '../../run/failure.ts'
import type { HistoryEntry, HistoryStatus } from './entry.ts'
import { faultsOf, figuresOf, figuresOfTry } from './figures.ts'
import { movedBytes } from './traffic.ts'

type RunEnded = Extract<RunEvent, { readonly type: 'run_ended' }>

/** How a command ended. */
export interface CommandEnding {
  /** The exit code of the process; absent in a program that uses the library. */
  readonly exitCode?: number
  /** The error that was thrown. */
  readonly error?: unknown
}

/** Exit codes that decide the status of a run, besides its own last event. @see SPEC.md, "Exit codes" */
const REJECTS = 3
const DAMAGE = 4
/** From this code on, a signal or the reader of the output ended the command. */
const SIGNALS = 128

/** The entry of a run that reported its end. Its figures are those of its last try alone. */
export function finishedEntry(entry: HistoryEntry, event: RunEnded): HistoryEntry {
  const { counts, archive, archive_bytes, rejects_file, bytes_in, bytes_out, rate_per_second, error } = event
  const figures = figuresOf(counts)
  const faults = event.status === 'done' && entry.kind === 'verify' ? faultsOf(counts) : 0
  const now = new Date().toISOString()
  const { error: _, progress, ...rest } = entry
  return {
    ...rest,
    // For an unfinished run, its progress says more than its counts.
    ...(event.status !== 'done' && progress && { progress }),
    status: faults > 0 ? 'failed' : statusOf(event.status, figures.rejected),
    updated_at: now,
    ended_at: now,
    counts: (counts ?? {}) as HistoryEntry['counts'],
    ...figuresOfTry(figures, entry),
    retries: event.retries ?? progress?.retries ?? 0,
    // The job's own byte counts cover its records; without them all traffic counts.
    ...trafficBytes(entry),
    ...(bytes_in !== undefined && { bytes_in }),
    ...(bytes_out !== undefined && { bytes_out }),
    ...(rate_per_second !== undefined && { rate_per_second }),
    ...(archive !== undefined && { archive }),
    ...(archive_bytes !== undefined && { archive_bytes }),
    ...(rejects_file !== undefined && { rejects_file }),
    ...(error !== undefined && { error }),
    ...(faults > 0 && { error: damage(faults) }),
  }
}

/** The bytes of all traffic; none of a run whose traffic was not measured. */
function trafficBytes({ traffic }: HistoryEntry): Pick<HistoryEntry, 'bytes_in' | 'bytes_out'> {
  const moved = movedBytes(traffic)
  return traffic === undefined ? {} : { bytes_in: moved.in, bytes_out: moved.out }
}

function statusOf(status: RunEnded['status'], rejected: number): HistoryStatus {
  return status === 'done' && rejected > 0 ? 'rejects' : status
}

function damage(faults: number) {
  return {
    code: 'ELYSIA_DAMAGED',
    message: faults === 0 ? 'it is damaged' : `the archive is damaged: ${pluralize(faults, 'fault')}`,
  }
}

/**
 * The entry of a run after its command has ended. What the command did beyond its only run counts too: a backup that
 * could not be added to the catalog has not succeeded.
 */
export function endedEntry(entry: HistoryEntry, ending: CommandEnding, isOnly: boolean): HistoryEntry {
  const { error } = ending
  const exitCode = codeOf(ending)
  const ended = bySignal(entry.status === 'running' ? unsettledEntry(entry, exitCode) : entry, exitCode)
  const isGood = ended.status === 'done' || ended.status === 'rejects'
  const coded = ending.exitCode === undefined ? ended : { ...ended, exit_code: exitCode }
  if (!isGood || !isOnly || exitCode === 0 || exitCode > SIGNALS) return withError(coded, error)
  if (exitCode === REJECTS) return { ...coded, status: 'rejects' }
  const why = exitCode === DAMAGE && error === undefined ? { error: damage(0) } : {}
  return withError({ ...coded, ...why, status: 'failed' }, error)
}

/** The signal of each exit code; a person sends SIGINT. */
const STOPPING: Readonly<Record<number, string>> = { 129: 'SIGHUP', 143: 'SIGTERM' }

/** A run that a service manager or a shutdown stopped was not interrupted by a person. */
function bySignal(entry: HistoryEntry, exitCode: number): HistoryEntry {
  const signal = STOPPING[exitCode]
  return entry.status === 'interrupted' && signal !== undefined
    ? { ...entry, status: 'stopped', signal }
    : entry
}

/** A program that threw an error has failed. */
export function codeOf({ exitCode, error }: CommandEnding): number {
  return exitCode ?? (error === undefined ? 0 : 1)
}

/** The entry of a run that never reported its end: its last progress says what it did. */
function unsettledEntry(entry: HistoryEntry, exitCode: number): HistoryEntry {
  const now = new Date()
  const status = exitCode > SIGNALS ? 'interrupted' : exitCode === 0 ? 'done' : 'failed'
  const seconds = (now.getTime() - Date.parse(entry.started_at)) / 1000
  const { done: records = 0, rejected = 0, retries = 0 } = entry.progress ?? {}
  return {
    ...entry,
    ...{ status, ended_at: now.toISOString(), updated_at: now.toISOString(), seconds },
    ...figuresOfTry({ records, rejected }, entry),
    retries,
    ...trafficBytes(entry),
  }
}

function withError(entry: HistoryEntry, error: unknown): HistoryEntry {
  const needs = entry.status === 'failed' && entry.error === undefined && error !== undefined
  return needs ? { ...entry, error: hintedFailure(error) } : entry
}
