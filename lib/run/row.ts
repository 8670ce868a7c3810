import type { RunStatus } from '../core/report.ts'
import type { FileLock } from '../database/fileLock.ts'
import type { Emit } from './context.ts'
import { failureOf } from './failure.ts'
import { isContinued, type RunCounts, type RunKey, type RunKind } from './record.ts'
import { lockHistory, type State } from './state.ts'

/** What a row says from the beginning. */
export interface RunEntry {
  readonly run: string
  readonly key: RunKey
  /** The collection as it was named. */
  readonly collection: string
  /** The inputs as a person reads them, where these are not their names. They are no part of the key. */
  readonly shown?: readonly string[]
}

/**
 * The row of one run in the journal. Of a job that is continued a row that cannot be written is an error: the next
 * command would rely on it. The rows of others are history, and one that cannot be written is an event.
 */
export class RunRow {
  readonly run: string
  readonly #state: State
  readonly #kind: RunKind
  readonly #emit: Emit
  #lock: FileLock | undefined
  #isWritten = true

  constructor(state: State, kind: RunKind, run: string, emit: Emit) {
    this.run = run
    this.#state = state
    this.#kind = kind
    this.#emit = emit
  }

  begin({ run, key, collection, shown }: RunEntry): void {
    this.#write(() => {
      if (!isContinued(this.#kind)) this.#lock ??= lockHistory(this.#state, key, run)
      this.#state.journal.begin(run, key, collection, this.#kind, shown)
    })
  }

  note(counts: RunCounts): void {
    this.#write(() => this.#state.journal.note(this.run, counts))
  }

  finish(status: RunStatus, counts: RunCounts, error: unknown): void {
    try {
      this.#write(() =>
        this.#state.journal.finish(this.run, status, {
          counts,
          ...(error !== undefined && { error: failureOf(error) }),
        }),
      )
    } finally {
      this.#lock?.release()
    }
  }

  #write(work: () => void): void {
    if (!this.#isWritten) return
    try {
      work()
    } catch (error) {
      if (isContinued(this.#kind)) throw error
      this.#isWritten = false
      this.#emit({ type: 'history_not_written', error: failureOf(error) })
    }
  }
}
