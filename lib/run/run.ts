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
export interface RunEnding {
  /** Empty if the run failed before it had one. */
  readonly id: string
  readonly status: RunStatus
  readonly error: unknown
  /** When this process began it, in ISO 8601. */
  readonly startedAt: string
  readonly seconds: number
  readonly retries: number
}

/** The result of every job: its report, even if it failed or was interrupted, and then the error. */
export interface JobResult<R> {
  readonly report: R
  readonly error?: unknown
}

/** What a job passes when it ends. */
export interface RunClosing<R> {
  /** The error that ended it; undefined if there was none. */
  readonly error: unknown
  /** False if it was stopped early without an error. Default true. */
  readonly isComplete?: boolean
  /** Called again if the journal could not be closed, with that error. */
  report(ending: RunEnding): R
  /** The counts that the journal keeps. */
  counts(report: R): RunCounts
  /** The additional facts of its last event. */
  facts?(report: R): RunFacts
}

/** What a run made or read; each is absent if there is none. */
export interface RunFacts {
  /** The id of the archive that it made or read. */
  readonly archive?: string
  /** The size of the archive that it made. */
  readonly archive_bytes?: number
  /** The path of its rejects file. */
  readonly rejects_file?: string
  /** Records or objects a second that this process settled. */
  readonly rate_per_second?: number
  readonly bytes_in?: number
  readonly bytes_out?: number
}

/**
 * One run of a job: its signals, its events, its retries and its row in the journal. Everything that is fixed for a run
 * is here; what else a step of the job needs is passed as arguments.
 */
export class Run<C extends RunContext = RunContext> {
  readonly kind: RunKind
  readonly context: C
  /** Never aborts if the context has none. */
  readonly signal: AbortSignal
  /** Never aborts if the context has none. */
  readonly stop: AbortSignal
  readonly emit: Emit
  /** Keeps the process within a memory limit; undefined if there is none. */
  readonly memory: MemoryLimit | undefined
  /** How many calls were repeated so far. */
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

  /** Its id; undefined before it began. */
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
   * Creates the run's row in the journal of the context, if there is one. A continued run already has its row, and
   * keeps it: `continues` is then true. For a job that is never continued the row is history, and failing to write it
   * is no failure of the run.
   * @throws ElysiaError ELYSIA_CONFLICT if another run has this id, ELYSIA_STATE for a job that can be continued
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

  /** Checked before there is a row of its own: an error that ends a run closes its row. */
  #requireOwnName({ run, key }: RunEntry): void {
    try {
      refuseTakenRun(run, key, this.context.state?.journal, this.kind)
    } catch (error) {
      // If history cannot be read or written, the row emits an event.
      if (isContinued(this.kind) || failureOf(error).code === 'ELYSIA_CONFLICT') throw error
    }
  }

  /** Records the progress of the run for readers of the journal. */
  note(counts: RunCounts): void {
    this.#row?.note(counts)
  }

  /** The status for the error that ended the run: a run that was asked to stop is interrupted, not failed. */
  statusOf(error: unknown, isComplete = true): RunStatus {
    if (error === undefined) return isComplete ? 'done' : 'interrupted'
    if (this.signal.aborted || (this.stop.aborted && isBy(this.stop, error))) return 'interrupted'
    return 'failed'
  }

  /** Closes the row and reports. If the row cannot be closed, a job that can be continued has failed. */
  end<R>(closing: RunClosing<R>): JobResult<R> {
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

/** A listener that also tells the memory limit how many batches are in flight. */
function countingIn({ memory, onInFlight }: RunContext): (batches: number) => void {
  return (batches) => {
    if (memory !== undefined) memory.inFlight = batches
    onInFlight?.(batches)
  }
}

/** Whether a signal ended something: its reason was thrown, or an AbortError that has it as its cause. */
function isBy({ reason }: AbortSignal, error: unknown): boolean {
  if (error === reason) return true
  return error instanceof Error && error.name === 'AbortError' && error.cause === reason
}

/** Runs a job's work: whatever the work throws, closes the row and makes the report. */
export async function runJob<R>(
  run: Run,
  work: () => Promise<void>,
  closing: Omit<RunClosing<R>, 'error' | 'isComplete'> & { isComplete?(): boolean },
): Promise<JobResult<R>> {
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
