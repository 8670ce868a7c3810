import { isUtf8 } from 'node:buffer'
import type { Duplex } from 'node:stream'
import { ElysiaError, messageOf } from '../errors.ts'
import type { StoredObject } from '../object.ts'
import { Expanding } from '../stream/expanding.ts'
import type { Content, Format } from './format.ts'
import { objectText, readableText } from './objectLine.ts'
import { objectOf } from './objectParse.ts'

// What is handed on at once. Bytes: larger pieces were not faster. Objects: as many as a store takes at once.
const PIECE_LENGTH = 256 * 1024
const PAGE_OBJECTS = 500
const PAGE_BYTES = 4 * 1024 * 1024

/** JSON lines, one object each. Memory: a page and a piece of 256 KiB, or one object where that is larger. */
export const jsonl: Format = {
  name: 'jsonl',
  extension: '.jsonl',
  compressesItself: false,
  encode: ({ vectors }: Content): Duplex => new LineEncoder(vectors === 'base64' ? objectText : readableText),
  decode: ({ tenant }: Content): Duplex => new LineDecoder(tenant),
}

class LineEncoder extends Expanding<readonly StoredObject[], Buffer> {
  readonly #write: (object: StoredObject) => string

  constructor(write: (object: StoredObject) => string) {
    super({ writableObjectMode: true, writableHighWaterMark: 1 })
    this.#write = write
  }

  protected override *expand(page: readonly StoredObject[]): Generator<Buffer> {
    let piece = ''
    for (const object of page) {
      piece += `${this.#write(object)}\n`
      if (piece.length < PIECE_LENGTH) continue
      yield Buffer.from(piece)
      piece = ''
    }
    if (piece !== '') yield Buffer.from(piece)
  }

  protected override *rest(): Generator<Buffer> {}
}

class LineDecoder extends Expanding<Buffer, StoredObject[]> {
  readonly #tenant: string | undefined
  /** The pieces of a line that has not ended yet. */
  #begun: Buffer[] = []
  #line = 0

  constructor(tenant: string | undefined) {
    super({ readableObjectMode: true, readableHighWaterMark: 1 })
    this.#tenant = tenant
  }

  protected override *expand(chunk: Buffer): Generator<StoredObject[]> {
    let page: StoredObject[] = []
    let bytes = 0
    let from = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      const line = this.#whole(chunk.subarray(from, end))
      from = end + 1
      page.push(this.#parse(line))
      bytes += line.length
      if (page.length < PAGE_OBJECTS && bytes < PAGE_BYTES) continue
      yield page
      page = []
      bytes = 0
    }
    if (from < chunk.length) this.#begun.push(chunk.subarray(from))
    if (page.length > 0) yield page
  }

  protected override *rest(): Generator<StoredObject[]> {
    if (this.#begun.length > 0) yield [this.#parse(this.#whole(Buffer.alloc(0)))]
  }

  #whole(end: Buffer): Buffer {
    if (this.#begun.length === 0) return end
    const line = Buffer.concat([...this.#begun, end])
    this.#begun = []
    return line
  }

  #parse(line: Buffer): StoredObject {
    this.#line += 1
    try {
      if (!isUtf8(line)) throw new Error('is not UTF-8')
      const object = objectOf(JSON.parse(line.toString()))
      return this.#tenant === undefined ? object : { ...object, tenant: this.#tenant }
    } catch (thrown) {
      throw new ElysiaError('ELYSIA_DAMAGED', `line ${this.#line}: ${messageOf(thrown)}`, { cause: thrown })
    }
  }
}
