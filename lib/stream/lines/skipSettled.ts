import { ElysiaError } from '../../core/errors.ts'
import type { Line } from '../../core/line.ts'
import type { Reject } from '../../core/reject.ts'
import { FlatMapTransform } from '../flatMap.ts'
import { RECORD_STAGE } from '../recordStage.ts'
import { LinesDigest } from './digest.ts'
import { fingerprint } from './fingerprint.ts'
import { Spool } from './spool.ts'
import type { TrailMark } from './trail.ts'

/** Which lines are settled, and how the input proves to be the same. */
export interface SkipSettledOptions {
  /** The last settled line; 0 if there is none. */
  readonly line: number
  /** The `LinesDigest` of all lines up to it. */
  readonly digest: string
  /** Earlier marks, in order of line: an input that differs is detected at the next one. */
  readonly places?: readonly TrailMark[]
  /** The fingerprints of the first records, in order: a record that differs is detected at once. */
  readonly fingerprints?: Iterable<number>
  /** The path of a temporary file for skipped lines, if the input cannot be read again. */
  readonly spool?: string
  /** Once aborted, an input that ends too early was stopped, not changed. */
  readonly stop?: AbortSignal
}

/**
 * `Line | Reject` → the same, without those up to and including `line`, if they prove to be the settled ones. As soon
 * as they differ: without `spool`, ELYSIA_INPUT_CHANGED, before anything was passed on; with it, all lines are passed
 * on, starting with the first, and `replayed` is true. Memory: `highWaterMark` lines on either side; skipped lines
 * are digested, and spooled to disk.
 */
export function skipSettled(options: SkipSettledOptions): SkipSettled {
  return new SkipSettled(options)
}

/** The stage that `skipSettled` makes. */
export class SkipSettled extends FlatMapTransform<Line | Reject, Line | Reject> {
  readonly line: number
  /** The digest of the lines skipped so far. */
  readonly digest = new LinesDigest()
  readonly #expected: string
  readonly #spool: Spool | undefined
  readonly #stop: AbortSignal | undefined
  readonly #places: TrailMark[]
  readonly #fingerprints: Iterator<number> | undefined
  #replayed = false
  #proven = 0
  #skipping: boolean

  constructor({ line, digest, places = [], fingerprints, spool, stop }: SkipSettledOptions) {
    super(RECORD_STAGE)
    this.line = line
    this.#expected = digest
    this.#spool = spool === undefined ? undefined : new Spool(spool)
    this.#stop = stop
    this.#places = [...places]
    this.#fingerprints = fingerprints?.[Symbol.iterator]()
    this.#skipping = line > 0
  }

  /** True if the skipped lines had to be passed on after all. */
  get replayed(): boolean {
    return this.#replayed
  }

  /** The last line of the input that is known to be settled. */
  get settledLine(): number {
    if (this.#replayed) return 0
    return this.#skipping ? this.#proven : this.line
  }

  protected override *expand(item: Line | Reject): Generator<Line | Reject> {
    if (this.#skipping && item.line <= this.line) {
      this.digest.update(item)
      this.#spool?.append(item)
      if (!this.#mayBeSame(item)) yield* this.#passAll()
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

  /** False if a line cannot be the settled one, or an earlier one is missing. */
  #mayBeSame(item: Line | Reject): boolean {
    const settled = this.#fingerprints?.next()
    if (settled?.done === false) {
      if (settled.value !== fingerprint(item)) return false
      this.#proven = item.line
    }
    const [place] = this.#places
    if (place === undefined || item.line < place.line) return true
    this.#places.shift()
    if (item.line !== place.line || this.digest.hex() !== place.digest) return false
    this.#proven = item.line
    return true
  }

  /** Emits the skipped lines at the end of skipping, if they have to be passed on after all. */
  *#join(): Generator<Line | Reject> {
    if (!this.#skipping) return
    if (this.digest.hex() !== this.#expected) yield* this.#passAll()
    this.#skipping = false
    this.#spool?.remove()
  }

  *#passAll(): Generator<Line | Reject> {
    if (this.#spool === undefined) throw changed(this.line)
    this.#skipping = false
    this.#replayed = true
    yield* this.#spool.replay()
    this.#spool.remove()
  }
}

function changed(line: number): ElysiaError {
  return new ElysiaError(
    'ELYSIA_INPUT_CHANGED',
    `the first ${line} lines of the input are not those that the interrupted run had read`,
    { hint: 'Give the same input to continue, or start again with --fresh.' },
  )
}
