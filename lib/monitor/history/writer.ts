import { retrying } from '../../async/retry.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { Emit } from '../../run/context.ts'
import { hintedFailure } from '../../run/failure.ts'
import type { History } from './history.ts'

/** How long to wait after a failure: each attempt may wait for another process. */
const TRY_AGAIN_MS = 2000

/** How long the last write is tried again while another process writes: nothing comes after it. */
const LAST_TRIES_MS = 10_000

const lastTries = retrying({ forMs: LAST_TRIES_MS, minMs: 50, maxMs: 500 })

/** Opens the history with the first write. A write that fails is reported once, as an event, and never throws. */
export class HistoryWriter {
  readonly #open: () => History
  readonly #emit: Emit
  #history: History | undefined
  #failedMs = Number.NEGATIVE_INFINITY
  hasFailed = false

  constructor(open: () => History, emit: Emit) {
    this.#open = open
    this.#emit = emit
  }

  /** Does nothing for two seconds after a failure. */
  write(work: (history: History) => void): void {
    if (performance.now() - this.#failedMs < TRY_AGAIN_MS) return
    try {
      work(this.#opened())
    } catch (error) {
      this.#fails(error)
    }
  }

  /** Writes even right after a failure, and for ten seconds again while another process writes. True if it is done. */
  async writeLast(work: (history: History) => void): Promise<boolean> {
    try {
      work(this.#opened())
    } catch (error) {
      if (!(await this.#isDoneLater(work, error))) return false
    }
    this.#failedMs = Number.NEGATIVE_INFINITY
    return true
  }

  async #isDoneLater(work: (history: History) => void, first: unknown): Promise<boolean> {
    try {
      if (!(first instanceof ElysiaError && first.retryable)) throw first
      await lastTries(async () => work(this.#opened()))
      return true
    } catch (error) {
      this.#fails(error)
      return false
    }
  }

  #opened(): History {
    if (this.#history === undefined) {
      this.#history = this.#open()
      this.#history.settleKilled()
    }
    return this.#history
  }

  #fails(error: unknown): void {
    this.#failedMs = performance.now()
    if (!this.hasFailed) this.#emit({ type: 'history_not_written', error: hintedFailure(error) })
    this.hasFailed = true
  }

  /** Closes the file; the next write opens it again. */
  close(): void {
    this.#history?.close()
    this.#history = undefined
  }
}
