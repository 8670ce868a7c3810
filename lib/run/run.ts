import type { MemoryLimit } from '../async/memoryLimit.ts'
import { type Retry, type Retrying, retryUntilDeadline } from '../async/retry.ts'
import { publishEvent } from '../core/channel/events.ts'
import type { RunStatus } from '../core/report.ts'
import { toThousandths } from '../core/units.ts'
import type { Emit, RunContext } from './context.ts'
import type { RunEvent } from './event/schema.ts'
import { failureOf, hintedFailure } from './failure.ts'
import { isContinued, type RunCounts, type RunKind } from './record.ts'
import { type RunEntry, RunRow } from './row.ts'
import { refuseTakenRun } from './state.ts'

const NEVER = new AbortController().signal
/** A directory may hold any number of them. */
const INPUTS_TOLD = 20

/** How a run ended, for its report. */
export interface Ending {
  /** Empty where the run failed before it had one. */
  readonly id: string
  readonly status: RunStatus
  readonly error: unknown
  /** When this process began it, in ISO 8601. */
  readonly startedAt: string
  readonly seconds: number
  readonly retries: number
}

/** What every job resolves with: its report also where it failed or was interrupted, and then what ended it. */
export interface Ended<R> {
  readonly report: R
  readonly error?: unknown
}

/** What a job says at its end. */
export interface Closing<R> {
  /** What ended it; undefined where nothing did. */
  readonly error: unknown
  /** False where it was stopped early without an error. Default true. */
  readonly isComplete?: boolean
  /** Made once more where the journal could not be closed, with that error. */
  report(ending: Ending): R
  /** What the journal keeps of it. */
  counts(report: R): RunCounts
  /** What its last event says beside that. */
  facts?(report: R): RunFacts
}

/** What a run made or read; each is left out where there is none. */
export interface RunFacts {
  /** The id of the archive that it made or read. */
  readonly archive?: string
  /** Size of the archive that it made. */
  readonly archive_bytes?: number
  /** Where what it rejected lies. */
  readonly rejects_file?: string
  /** Records or objects a second, of those that this process settled. */
  readonly rate_per_second?: number
  readonly bytes_in?: number
  readonly bytes_out?: number
}

/**
 * One run of a job: its signals, its events, its retries and its row in the journal. What is fixed for a run is here;
 * what a step of the job needs beside it are its arguments.
 */
export class Run<C extends RunContext = RunContext> {
  readonly kind: RunKind
  readonly context: C
  /** Never aborts where the context has none. */
  readonly signal: AbortSignal
  /** Never aborts where the context has none. */
  readonly stop: AbortSignal
  readonly emit: Emit
  /** What keeps the process within so much memory; undefined where nothing does. */
  readonly memory: MemoryLimit | undefined
  /** Calls that were repeated so far. */
  retries = 0
  readonly startedAt = new Date().toISOString()
  readonly #startedMs = performance.now()
  #id: string | undefined
  #row: RunRow | undefined

  constructor(kind: RunKind, context: C) {
    const { signal = NEVER, stop = NEVER, onEvent = () => {} } = context
    this.kind = kind
    this.context = context.memory === undefined ? context : { ...context, onInFlight: countingIn(context) }
    this.memory = context.memory
    this.signal = signal
    this.stop = stop
    this.emit = (event) => {
      publishEvent(event)
      onEvent(event)
    }
  }

  /** Its name; undefined before it began. */
  get id(): string | undefined {
    return this.#id
  }

  get seconds(): number {
    return (performance.now() - this.#startedMs) / 1000
  }

  /** Repeats calls that may succeed later for so long; each repetition is counted, and is an event. */
  retrying(forMs: number, signal: AbortSignal = this.signal): Retrying {
    return retryUntilDeadline({ forMs, signal, onRetry: this.onRetry })
  }

  /** Counts a retry that another component makes, and emits an event. */
  readonly onRetry = ({ attempt, waitMs, error }: Retry): void => {
    this.retries += 1
    this.emit({ type: 'retry', attempt, wait_ms: waitMs, error: hintedFailure(error) })
  }

  /**
   * Gives the run its row in the journal of the context, where there is one. A run that is continued has its row
   * already, and keeps it: `continues` is true then. Of a job that is never continued the row is history, and one that
   * cannot be written is no failure.
   * @throws ElysiaError ELYSIA_CONFLICT where the name is another run's, ELYSIA_STATE of a job that is continued
   */
  begin(entry: RunEntry, continues = false): void {
    const { state } = this.context
    if (!continues) this.#requireOwnName(entry)
    this.#id = entry.run
    if (state !== undefined) {
      this.#row ??= new RunRow(state, this.kind, entry.run, this.emit)
      if (continues) this.#row.resume()
      else this.#row.begin(entry)
    }
    this.emit(this.#started(entry, continues))
  }

  #started({ run, key, labels = key.inputs, dryRun }: RunEntry, continues: boolean): RunEvent {
    return {
      ...({ type: 'run_started', run, kind: this.kind, target: key.target } as const),
      ...(key.class !== '' && { collection: key.class }),
      ...(labels.length > 0 && { inputs: labels.slice(0, INPUTS_TOLD) }),
      ...(continues && { continues }),
      ...(dryRun === true && { dry_run: true }),
    }
  }

  /** Before there is a row of its own: what ends a run closes its row. */
  #requireOwnName({ run, key }: RunEntry): void {
    try {
      refuseTakenRun(run, key, this.context.state?.journal, this.kind)
    } catch (error) {
      // Where history cannot be read or written, the row emits an event.
      if (isContinued(this.kind) || failureOf(error).code === 'ELYSIA_CONFLICT') throw error
    }
  }

  /** Notes the progress of the run, for readers of the journal meanwhile. */
  note(counts: RunCounts): void {
    this.#row?.note(counts)
  }

  /** The status by what ended the run: a run that was asked to stop is interrupted and has not failed. */
  statusOf(error: unknown, isComplete = true): RunStatus {
    if (error === undefined) return isComplete ? 'done' : 'interrupted'
    if (this.signal.aborted || (this.stop.aborted && isBy(this.stop, error))) return 'interrupted'
    return 'failed'
  }

  /** Closes the row and reports. Where the row cannot be closed, a job that is continued has failed by that. */
  end<R>(closing: Closing<R>): Ended<R> {
    const { isComplete = true } = closing
    let { error } = closing
    const reported = () => {
      const status = this.statusOf(error, isComplete)
      const { id = '', startedAt, seconds, retries } = this
      return closing.report({ id, status, error, startedAt, seconds, retries })
    }
    let report = reported()
    try {
      const facts = closing.facts?.(report) ?? {}
      this.#close(this.statusOf(error, isComplete), closing.counts(report), error, facts)
    } catch (thrown) {
      error ??= thrown
      report = reported()
    }
    return { report, ...(error !== undefined && { error }) }
  }

  #close(status: RunStatus, counts: RunCounts, error: unknown, facts: RunFacts): void {
    this.#row?.finish(status, counts, error)
    if (this.#id === undefined) return
    const failure = error === undefined ? {} : { error: hintedFailure(error) }
    const { seconds, retries } = this
    const [run, ended] = [this.#id, { counts, seconds: toThousandths(seconds), retries, ...facts }]
    this.emit({ type: 'run_ended', run, status, ...failure, ...ended })
  }
}

/** Also tells the memory's limit how many batches are in flight. */
function countingIn({ memory, onInFlight }: RunContext): (batches: number) => void {
  return (batches) => {
    if (memory !== undefined) memory.inFlight = batches
    onInFlight?.(batches)
  }
}

/** Whether a signal is what ended something: its reason was thrown, or an AbortError that has it for its cause. */
function isBy({ reason }: AbortSignal, error: unknown): boolean {
  if (error === reason) return true
  return error instanceof Error && error.name === 'AbortError' && error.cause === reason
}

/** Does a job's work in its frame: whatever the work throws, the row is closed and the report made. */
export async function runJob<R>(
  run: Run,
  work: () => Promise<void>,
  closing: Omit<Closing<R>, 'error' | 'isComplete'> & { isComplete?(): boolean },
): Promise<Ended<R>> {
  let error: unknown
  try {
    await work()
  } catch (thrown) {
    error = thrown
  }
  const { report, counts, facts } = closing
  const isComplete = closing.isComplete?.() ?? true
  return run.end({ error, isComplete, report, counts, ...(facts && { facts }) })
}
