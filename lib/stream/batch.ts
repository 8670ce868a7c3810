import { Transform, type TransformCallback } from 'node:stream'
import type { Stage } from '../core/stage.ts'
import { RECORD_STAGE } from './recordStage.ts'

const MIB = 1024 * 1024

/** When a batch is full, and how long a partial one waits. */
export interface BatchOptions<T> {
  /** The maximum number of items in a batch. Default 500. */
  readonly count?: number
  /** The maximum weight of a batch, in the unit of `weigh`; a heavier item travels alone. Default 4 MiB. */
  readonly bytes?: number
  /** The share of `bytes` that a batch may have now, from 0 to 1: less when memory is tight. Default 1. */
  readonly share?: () => number
  /**
   * How many milliseconds a partial batch waits for more items while the reader is idle; 0: without limit.
   * Default 1000.
   */
  readonly waitMs?: number
  /** The weight of an item, about its size in bytes. By default the length of its `text`, `bytes` and `content`. */
  readonly weigh?: (item: T) => number
}

/**
 * Items → arrays of items, in order; full by `count` or `bytes`, whichever comes first.
 *
 * A partial batch is emitted when its first item has waited `waitMs` and nothing is queued for the reader, so that a
 * slow pipe makes progress and a slow reader still gets full batches. Memory: a batch waiting for the reader, one
 * being filled, and an item.
 */
export function batch<T>(options: BatchOptions<T> = {}): Stage<T, T[]> {
  return new Batcher(options)
}

class Batcher<T> extends Transform {
  readonly #count: number
  readonly #bytes: number
  readonly #share: () => number
  readonly #waitMs: number
  readonly #weigh: (item: T) => number
  #items: T[] = []
  #weight = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: BatchOptions<T>) {
    super(RECORD_STAGE)
    this.#count = options.count ?? 500
    this.#bytes = options.bytes ?? 4 * MIB
    this.#share = options.share ?? (() => 1)
    this.#waitMs = options.waitMs ?? 1000
    this.#weigh = options.weigh ?? (weightOf as (item: T) => number)
    if (!(this.#count >= 1)) throw new RangeError('count must be at least 1')
  }

  override _transform(item: T, _encoding: BufferEncoding, done: TransformCallback): void {
    const weight = this.#weigh(item)
    const most = this.#share() * this.#bytes
    if (this.#weight + weight > most) this.#release()
    if (this.#items.push(item) === 1) this.#startWaiting()
    this.#weight += weight
    if (this.#items.length >= this.#count || this.#weight >= most) this.#release()
    done()
  }

  override _flush(done: TransformCallback): void {
    this.#release()
    clearTimeout(this.#timer)
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#timer)
    done(error)
  }

  #release(): void {
    if (this.#items.length === 0) return
    const items = this.#items
    this.#items = []
    this.#weight = 0
    this.push(items)
  }

  #startWaiting(): void {
    if (this.#waitMs === 0) return
    this.#timer ??= setTimeout(() => this.#releaseIfWanted(), this.#waitMs).unref()
    this.#timer.refresh()
  }

  #releaseIfWanted(): void {
    if (this.readableLength === 0) this.#release()
    else if (this.#items.length > 0) this.#timer?.refresh()
  }
}

function weightOf(item: unknown): number {
  if (typeof item !== 'object' || item === null) return 0
  const { text, bytes, content } = item as { text?: unknown; bytes?: unknown; content?: unknown }
  return lengthOf(text) + lengthOf(bytes) + lengthOf(content)
}

function lengthOf(part: unknown): number {
  return typeof part === 'string' || part instanceof Uint8Array ? part.length : 0
}
