import { Transform, type TransformCallback } from 'node:stream'
import type { Position } from '../core/line.ts'
import type { Stage } from '../core/stage.ts'
import { RECORD_STAGE } from './recordStage.ts'

/** The counts of a meter so far. */
export interface Measure {
  readonly chunks: number
  /** The number of chunks; an array counts as many as it holds. */
  readonly records: number
  /** For bytes, their number; for lines and items, the input offset that the last one reached. */
  readonly bytes: number
  readonly seconds: number
  /** Records a second since the start. */
  readonly rate: number
}

/** How often a meter calls back. */
export interface MeterOptions {
  /** The minimum time between two calls, in milliseconds. Default 1000. */
  readonly everyMs?: number
  readonly onProgress: (measure: Measure) => void
}

/**
 * Passes everything through and counts it; calls back at most every `everyMs`, and once at the end. It has no timer,
 * so it is silent while nothing flows. What `onProgress` throws becomes the stream's error. Memory: `highWaterMark`
 * chunks on either side.
 */
export function meter<T = unknown>(options: MeterOptions): Stage<T, T> {
  return new Meter(options)
}

class Meter extends Transform {
  readonly #everyMs: number
  readonly #onProgress: (measure: Measure) => void
  readonly #started = performance.now()
  #lastReportMs = this.#started
  #chunks = 0
  #records = 0
  #bytes = 0

  constructor({ everyMs = 1000, onProgress }: MeterOptions) {
    super(RECORD_STAGE)
    this.#everyMs = everyMs
    this.#onProgress = onProgress
  }

  override _transform(chunk: unknown, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#count(chunk)
    try {
      if (performance.now() - this.#lastReportMs >= this.#everyMs) this.#report()
    } catch (thrown) {
      done(thrown as Error)
      return
    }
    done(null, chunk)
  }

  override _flush(done: TransformCallback): void {
    try {
      this.#report()
    } catch (thrown) {
      done(thrown as Error)
      return
    }
    done()
  }

  #count(chunk: unknown): void {
    this.#chunks++
    this.#records += Array.isArray(chunk) ? chunk.length : 1
    const last: unknown = Array.isArray(chunk) ? chunk.at(-1) : chunk
    if (last instanceof Uint8Array) this.#bytes += last.byteLength
    else if (isPosition(last)) this.#bytes = last.end
  }

  #report(): void {
    this.#lastReportMs = performance.now()
    const seconds = (this.#lastReportMs - this.#started) / 1000
    const rate = seconds > 0 ? this.#records / seconds : 0
    this.#onProgress({ chunks: this.#chunks, records: this.#records, bytes: this.#bytes, seconds, rate })
  }
}

function isPosition(value: unknown): value is Position {
  return typeof value === 'object' && value !== null && 'end' in value && typeof value.end === 'number'
}
