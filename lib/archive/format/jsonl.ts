import type { Duplex } from 'node:stream'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import type { StoredObject } from '../../core/object.ts'
import { type WholeNumbers, wholeNumbers } from '../../core/value/wholeNumbers.ts'
import { FlatMapTransform } from '../../stream/flatMap.ts'
import { Pager } from '../../stream/pager.ts'
import { LineCutter, objectIn } from '../object/lineReader.ts'
import type { Tally } from '../object/tally.ts'
import { ObjectLines } from '../object/writer.ts'
import type { Content, Format } from './format.ts'

/** As many as a store takes at once. */
const PAGE = { items: 500, length: 4 * 1024 * 1024 }

/** JSON lines, one object each. Memory: a page and a piece of 256 KiB, or one larger object. */
export const jsonl: Format = {
  name: 'jsonl',
  extension: '.jsonl',
  compressesItself: false,
  encode: ({ vectors }: Content, tally?: Tally): Duplex => new LineEncoder(vectors, tally),
  decode: (content: Content, tally?: Tally): Duplex => new LineDecoder(content, tally),
}

class LineEncoder extends FlatMapTransform<readonly StoredObject[], Buffer> {
  readonly #lines: ObjectLines

  constructor(vectors: Content['vectors'], tally: Tally | undefined) {
    super({ writableObjectMode: true, writableHighWaterMark: 1 })
    this.#lines = new ObjectLines(vectors, tally)
  }

  protected override expand(page: readonly StoredObject[]): Generator<Buffer> {
    return this.#lines.page(page)
  }

  protected override rest(): Generator<Buffer> {
    return this.#lines.take()
  }
}

class LineDecoder extends FlatMapTransform<Buffer, StoredObject[]> {
  readonly #content: Content
  readonly #tally: Tally | undefined
  readonly #numbers: WholeNumbers
  readonly #lines = new LineCutter()
  #line = 0

  constructor(content: Content, tally: Tally | undefined) {
    super({ readableObjectMode: true, readableHighWaterMark: 1 })
    this.#content = content
    this.#numbers = wholeNumbers(content.schema.properties)
    this.#tally = tally
  }

  protected override *expand(chunk: Buffer): Generator<StoredObject[]> {
    const pager = new Pager<StoredObject>(PAGE)
    for (const line of this.#lines.cut(chunk)) {
      if (pager.add(this.#parse(line), line.length)) yield* pager.take()
    }
    yield* pager.take()
  }

  protected override *rest(): Generator<StoredObject[]> {
    const line = this.#lines.rest()
    if (line !== undefined) yield [this.#parse(line)]
  }

  #parse(line: Buffer): StoredObject {
    this.#line += 1
    try {
      const { tenant, vectors, foreign = false } = this.#content
      const { object: parsed, identity } = objectIn(line, this.#numbers, foreign)
      const isOfTenant = parsed.tenant === tenant || tenant === undefined
      const object = isOfTenant ? parsed : { ...parsed, tenant }
      this.#tally?.add(object, vectors === 'base64' && (isOfTenant || !foreign) ? identity : undefined)
      return object
    } catch (thrown) {
      throw new ElysiaError('ELYSIA_DAMAGED', `line ${this.#line}: ${messageOf(thrown)}`, { cause: thrown })
    }
  }
}
