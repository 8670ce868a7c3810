import type { Duplex } from 'node:stream'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import type { JsonObject, StoredObject } from '../../core/object.ts'
import { type WholeNumbers, wholeNumbers } from '../../core/value/wholeNumbers.ts'
import { FlatMapTransform } from '../../stream/flatMap.ts'
import { OBJECT_BOUNDS } from '../object/bounds.ts'
import { objectOf } from '../object/parse.ts'
import type { Tally } from '../object/tally.ts'
import { ObjectLines } from '../object/writer.ts'
import type { Content, Format } from './format.ts'
import { JsonScan, type ScannedValue } from './jsonScan.ts'

/**
 * One JSON array with one object per line, as in JSON lines, for tools that read a whole JSON document. It is read as
 * a stream, whatever its white space. Reading takes several times as long as JSON lines.
 * Memory: a piece of 256 KiB, or the objects and tokens of 64 KiB, or one larger object.
 */
export const json: Format = {
  name: 'json',
  extension: '.json',
  compressesItself: false,
  encode: ({ vectors }: Content, tally?: Tally): Duplex => new ArrayEncoder(vectors, tally),
  decode: (content: Content, tally?: Tally): Duplex => new ArrayDecoder(content, tally),
}

/** The bounds of an object, plus the array around it. */
const BOUNDS = { ...OBJECT_BOUNDS, depth: OBJECT_BOUNDS.depth + 1 }

class ArrayEncoder extends FlatMapTransform<readonly StoredObject[], Buffer> {
  readonly #lines: ObjectLines
  /** The text before the next object. */
  #before = '['

  constructor(vectors: Content['vectors'], tally: Tally | undefined) {
    super({ writableObjectMode: true, writableHighWaterMark: 1 })
    this.#lines = new ObjectLines(vectors, tally)
  }

  protected override *expand(page: readonly StoredObject[]): Generator<Buffer> {
    for (const object of page) {
      this.#lines.text(this.#before)
      this.#lines.add(object)
      this.#before = ',\n'
      if (this.#lines.full) yield* this.#lines.take()
    }
  }

  protected override rest(): Generator<Buffer> {
    this.#lines.text(this.#before === '[' ? '[]\n' : ']\n')
    return this.#lines.take()
  }
}

class ArrayDecoder extends FlatMapTransform<Buffer, StoredObject[]> {
  readonly #tenant: string | undefined
  readonly #scan = new JsonScan((key) => {
    throw damaged(`is an object that begins with ${JSON.stringify(key)}, not an array`)
  }, BOUNDS)
  readonly #tally: Tally | undefined
  readonly #numbers: WholeNumbers
  #item = 0

  constructor({ tenant, schema }: Content, tally: Tally | undefined) {
    super({ readableObjectMode: true, readableHighWaterMark: 1 })
    this.#tenant = tenant
    this.#tally = tally
    this.#numbers = wholeNumbers(schema.properties)
  }

  protected override expand(chunk: Buffer): Generator<StoredObject[]> {
    return this.#pages(this.#scan.push(chunk))
  }

  protected override rest(): Generator<StoredObject[]> {
    return this.#pages(this.#scan.end())
  }

  /** One page per piece: larger pages survive young-generation collections, at 200 MB in all. */
  *#pages(pieces: Generator<readonly ScannedValue[]>): Generator<StoredObject[]> {
    for (const items of pieces) {
      if (items.length > 0) yield items.map(({ value }) => this.#object(value))
    }
  }

  #object(value: unknown): StoredObject {
    this.#item += 1
    try {
      const parsed = objectOf(value, () =>
        this.#numbers.typed((value as { properties: JsonObject }).properties),
      )
      const object = this.#tenant === undefined ? parsed : { ...parsed, tenant: this.#tenant }
      this.#tally?.add(object)
      return object
    } catch (thrown) {
      throw damaged(`holds as item ${this.#item} what ${messageOf(thrown)}`, thrown)
    }
  }
}

function damaged(fact: string, cause?: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_DAMAGED', `the JSON document ${fact}`, { cause })
}
