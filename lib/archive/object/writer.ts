import type { StoredObject } from '../../core/object.ts'
import type { Content } from '../format/format.ts'
import { requireReadableDepth, requireReadableObject } from './bounds.ts'
import { LineWriter } from './lineWriter.ts'
import type { Tally } from './tally.ts'
import { readableText } from './text.ts'

/** The size of emitted pieces; larger ones were not faster. */
const PIECE_BYTES = 256 * 1024
/** A piece ends after the object that reaches its size. */
const ROOM_BYTES = PIECE_BYTES + 64 * 1024

/** Objects → pieces of text; adds each object to the tally as it is written. Memory: a piece, or an object. */
export class ObjectLines {
  readonly #readable: boolean
  readonly #tally: Tally | undefined
  readonly #writer = new LineWriter(ROOM_BYTES)

  constructor(vectors: Content['vectors'], tally?: Tally) {
    this.#readable = vectors === 'numbers'
    this.#tally = tally
  }

  /** True when it is time to emit a piece. */
  get full(): boolean {
    return this.#writer.length >= PIECE_BYTES
  }

  /** @throws ElysiaError ELYSIA_STORE for an object that a reader would refuse, or a vector that is not finite */
  add(object: StoredObject): void {
    requireReadableDepth(object)
    if (this.#readable) {
      this.#tally?.add(object)
      const text = readableText(object)
      requireReadableObject(object.id, text)
      this.#writer.text(text)
      return
    }
    const identity = this.#writer.identity(object)
    requireReadableObject(object.id, identity)
    this.#tally?.add(object, identity)
    this.#writer.times(object)
  }

  /** The pieces that a page of objects completes; the rest begins the next piece. */
  *page(objects: readonly StoredObject[]): Generator<Buffer> {
    for (const object of objects) {
      this.add(object)
      this.text('\n')
      if (this.full) yield* this.take()
    }
  }

  text(text: string): void {
    this.#writer.text(text)
  }

  /** Everything added since the last call, as the caller's own buffer, if there is anything. */
  *take(): Generator<Buffer> {
    if (this.#writer.length > 0) yield this.#writer.take()
  }
}
