import type { Emit } from '../../run/context.ts'
import { hintedFailure } from '../../run/failure.ts'
import type { History } from './history.ts'

/** How long to wait after a failure: each attempt may wait for another process. */
const TRY_AGAIN_MS = 2000

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
      if (this.#history === undefined) {
        this.#history = this.#open()
        this.#history.settleKilled()
      }
      work(this.#history)
    } catch (error) {
      this.#failedMs = performance.now()
      if (!this.hasFailed) this.#emit({ type: 'history_not_written', error: hintedFailure(error) })
      this.hasFailed = true
    }
  }

  /** Makes the next write an attempt, even right after a failure. */
  tryAgain(): void {
    this.#failedMs = Number.NEGATIVE_INFINITY
  }

  /** The next write opens it again. */
  close(): void {
    this.#history?.close()
    this.#history = undefined
  }
}
