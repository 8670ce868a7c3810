/** Bytes in the order they came, taken off at the front. Holds the chunks it was given until they are used up. */
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

  /** Moves bytes into `target` from offset `from` to its end; as many must be there. */
  fill(target: Buffer, from: number): void {
    for (let at = from; at < target.length; ) {
      const chunk = this.#chunks[0] as Buffer
      const copied = chunk.copy(target, at)
      this.drop(copied)
      at += copied
    }
  }

  /** Leaves out up to `length` bytes, as many as the first chunk has; how many they were. */
  drop(length: number): number {
    const chunk = this.#chunks[0] as Buffer
    const dropped = Math.min(length, chunk.length)
    if (dropped === chunk.length) this.#chunks.shift()
    else this.#chunks[0] = chunk.subarray(dropped)
    this.#length -= dropped
    return dropped
  }
}
