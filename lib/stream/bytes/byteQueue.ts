/** A queue of bytes. Holds its chunks until they are consumed. */
export class ByteQueue {
  readonly #chunks: Buffer[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  push(chunk: Buffer): void {
    if (chunk.length > 0) this.#chunks.push(chunk)
    this.#length += chunk.length
  }

  /** Moves bytes into `target`, from offset `from` to its end; the queue must hold enough of them. */
  fill(target: Buffer, from: number): void {
    for (let at = from; at < target.length; ) {
      const chunk = this.#chunks[0] as Buffer
      const copied = chunk.copy(target, at)
      this.drop(copied)
      at += copied
    }
  }

  /** Drops up to `length` bytes, but no more than the first chunk; returns how many. */
  drop(length: number): number {
    const chunk = this.#chunks[0] as Buffer
    const dropped = Math.min(length, chunk.length)
    if (dropped === chunk.length) this.#chunks.shift()
    else this.#chunks[0] = chunk.subarray(dropped)
    this.#length -= dropped
    return dropped
  }
}
