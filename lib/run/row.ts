import type { RunStatus } from '../core/report.ts'
import type { Emit } from './context.ts'
import { failureOf } from './failure.ts'
import { isContinued, type RunCounts, type RunKey, type RunKind } from './record.ts'
import { type HistoryLock, lockHistory, type State } from './state.ts'

/** What a row contains from the beginning. */
export interface RunEntry {
  readonly run: string
  readonly key: RunKey
  /** The collection as the user named it. */
  readonly collection: string
  /** The inputs for people, if these differ from their names. They do not belong to the key. */
  readonly labels?: readonly string[]
  /** True if nothing is written, and so no row. */
  readonly dryRun?: boolean
}

/**
 * The row of one run in the journal. For a job that can be continued, a row that cannot be written is an error, because
 * the next command would rely on it. Rows of other jobs are history, and a failed write is an event.
 */
export class RunRow {
  readonly run: string
  readonly #state: State
  readonly #kind: RunKind
  readonly #emit: Emit
  #lock: HistoryLock | undefined
  #isWritten = true

  constructor(state: State, kind: RunKind, run: string, emit: Emit) {
    this.run = run
    this.#state = state
    this.#kind = kind
    this.#emit = emit
  }

  begin({ run, key, collection, labels }: RunEntry): void {
    this.#write(() => {
      if (!isContinued(this.#kind)) this.#lock ??= lockHistory(this.#state, key, run)
      this.#state.journal.begin(run, key, collection, this.#kind, labels)
    })
  }

  /** Continues a run: clears its earlier error. */
  resume(): void {
    this.#write(() => this.#state.journal.resume(this.run))
  }

  note(counts: RunCounts): void {
    this.#write(() => this.#state.journal.note(this.run, counts))
  }

  /** Tries even if an earlier write failed: a row without an end would show the run as running. */
  finish(status: RunStatus, counts: RunCounts, error: unknown): void {
    let isNoted = false
    try {
      const failure = error === undefined ? {} : { error: failureOf(error) }
      isNoted = this.#attempt(() => this.#state.journal.finish(this.run, status, { counts, ...failure }))
    } finally {
      // A lock file that nobody holds shows that a run which seems to be running was interrupted.
      if (isNoted) this.#lock?.remove()
      else this.#lock?.release()
    }
  }

  #write(work: () => void): void {
    if (this.#isWritten) this.#attempt(work)
  }

  /** Returns whether the write succeeded. For history rows only the first failure is an event. */
  #attempt(work: () => void): boolean {
    try {
      work()
      return true
    } catch (error) {
      if (isContinued(this.#kind)) throw error
      if (this.#isWritten) this.#emit({ type: 'history_not_written', error: failureOf(error) })
      this.#isWritten = false
      return false
    }
  }
}
