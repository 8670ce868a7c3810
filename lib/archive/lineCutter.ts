import { isUtf8 } from 'node:buffer'

const LF = 10

/** Cuts chunks of bytes at LF. Memory: one line that has begun. */
export class LineCutter {
  #begun: Buffer[] = []

  /** What has begun and did not end; undefined where the last line ended. */
  rest(): Buffer | undefined {
    return this.#begun.length === 0 ? undefined : this.#whole(Buffer.alloc(0))
  }

  /** The lines that end in this chunk, without their LF. */
  *cut(chunk: Buffer): Generator<Buffer> {
    let from = 0
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, from)) {
      yield this.#whole(chunk.subarray(from, end))
      from = end + 1
    }
    if (from < chunk.length) this.#begun.push(chunk.subarray(from))
  }

  #whole(end: Buffer): Buffer {
    if (this.#begun.length === 0) return end
    const line = Buffer.concat([...this.#begun, end])
    this.#begun = []
    return line
  }
}

/** The JSON of a line. @throws where it is not UTF-8 or not JSON */
export function jsonOf(line: Buffer): unknown {
  if (!isUtf8(line)) throw new Error('is not UTF-8')
  return JSON.parse(line.toString())
}
