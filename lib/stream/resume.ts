import { ElysiaError } from '../errors.ts'
import type { Line } from '../line.ts'
import type { Reject } from '../reject.ts'
import { Expanding } from './expanding.ts'
import { LinesDigest } from './linesDigest.ts'
import { Spool } from './spool.ts'

export interface SkipSettledOptions {
  /** The last line that is settled; 0 where none is. */
  readonly line: number
  /** What `LinesDigest` gives for all lines up to it. */
  readonly digest: string
  /** Path of a file for what is skipped, where the input cannot be read again. Made, and removed again. */
  readonly spool?: string
  /** Once aborted, an input that ends too early is one that was stopped, not one that has changed. */
  readonly stop?: AbortSignal
}

/**
 * `Line | Reject` → the same, without those up to and including `line`, once they prove to be the settled
 * ones. Where they differ: without `spool` ELYSIA_INPUT_CHANGED, and nothing has been passed on; with it
 * all lines are, from the first one on, and `replayed` is true. Memory: `highWaterMark` lines on either
 * side; what is skipped is digested, and spooled to the disk.
 */
export function skipSettled(options: SkipSettledOptions): SkipSettled {
  return new SkipSettled(options)
}

/** The stage that `skipSettled` makes. */
export class SkipSettled extends Expanding<Line | Reject, Line | Reject> {
  readonly line: number
  /** Of the lines skipped so far. */
  readonly digest = new LinesDigest()
  readonly #expected: string
  readonly #spool: Spool | undefined
  readonly #stop: AbortSignal | undefined
  #replayed = false
  #skipping: boolean

  constructor({ line, digest, spool, stop }: SkipSettledOptions) {
    super({ objectMode: true })
    this.line = line
    this.#expected = digest
    this.#spool = spool === undefined ? undefined : new Spool(spool)
    this.#stop = stop
    this.#skipping = line > 0
  }

  /** True once the skipped lines had to be passed on after all. */
  get replayed(): boolean {
    return this.#replayed
  }

  protected override *expand(item: Line | Reject): Generator<Line | Reject> {
    if (this.#skipping && item.line <= this.line) {
      this.digest.update(item)
      this.#spool?.append(item)
      return
    }
    yield* this.#join()
    yield item
  }

  protected override *rest(): Generator<Line | Reject> {
    if (this.#stop?.aborted !== true) yield* this.#join()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    super._destroy(error, (thrown) => {
      this.#spool?.remove()
      done(thrown)
    })
  }

  /** Where skipping ends: what was skipped, if it has to be passed on after all. */
  *#join(): Generator<Line | Reject> {
    if (!this.#skipping) return
    this.#skipping = false
    if (this.digest.hex() !== this.#expected) {
      if (this.#spool === undefined) throw changed(this.line)
      this.#replayed = true
      yield* this.#spool.replay()
    }
    this.#spool?.remove()
  }
}

function changed(line: number): ElysiaError {
  return new ElysiaError(
    'ELYSIA_INPUT_CHANGED',
    `the first ${line} lines of the input are not those that the interrupted run had read`,
    { hint: 'Give the same input to go on, or begin anew with --fresh.' },
  )
}
