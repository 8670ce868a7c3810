import { type Duplex, type Readable, Transform, type TransformCallback } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ElysiaError, reworded } from '../../core/errors.ts'
import type { JsonObject, StoredObject } from '../../core/object.ts'
import { type Reject, Reject as RejectedLine, refuse } from '../../core/reject.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import { isRecord } from '../../core/value/record.ts'
import { decompress } from '../../stream/codec/decompress.ts'
import { splitLines } from '../../stream/lines/splitLines.ts'
import { Pager } from '../../stream/pager.ts'
import { type Parsed, parseJson } from '../../stream/parseJson.ts'
import { SchemaDerivation } from './deriveSchema.ts'
import { PlainFault } from './plainFault.ts'
import { type PlainObject, plainObjectOf } from './plainObject.ts'

export interface PlainJsonlOptions {
  /** Takes the lines that are no objects, in order; the others go on. */
  readonly onReject: (reject: Reject) => void
  /** The class that objects which name one have to be of. */
  readonly className?: string
  /** True: objects of another class are passed over; by default they are rejects. */
  readonly passOver?: boolean
  readonly maxLineBytes?: number
}

/**
 * The stages that read JSON lines of objects, as `col cat` prints them or as Weaviate's REST interface gives them:
 * bytes, plain or compressed → pages of objects, in the order of the lines, for a pipeline. A line of a rejects file
 * of `col restore` counts as the object in it.
 * Memory: a page, and a line of at most `maxLineBytes` (64 MiB).
 * Errors: ELYSIA_COMPRESSION.
 */
export function plainJsonl(options: PlainJsonlOptions): [Duplex, ...Duplex[]] {
  const { maxLineBytes } = options
  const lines = splitLines(maxLineBytes === undefined ? {} : { maxLineBytes })
  return [decompress(), lines, parseJson(), new PlainObjects(options)]
}

/** Larger pages outlive the collections of short-lived memory, and take several times as much. */
const PAGE = { items: 100, length: 256 * 1024 }

class PlainObjects extends Transform {
  readonly #options: PlainJsonlOptions
  readonly #pager = new Pager<StoredObject>(PAGE)

  constructor(options: PlainJsonlOptions) {
    super({ objectMode: true, readableHighWaterMark: 1 })
    this.#options = options
  }

  override _transform(item: Parsed | Reject, _encoding: BufferEncoding, done: TransformCallback): void {
    const read = item instanceof RejectedLine ? item : objectIn(item, this.#options)
    if (read instanceof RejectedLine) this.#options.onReject(read)
    else if (read !== undefined && this.#pager.add(read.object, (item as Parsed).text.length))
      this.#pushPage()
    done()
  }

  override _flush(done: TransformCallback): void {
    this.#pushPage()
    done()
  }

  #pushPage(): void {
    for (const page of this.#pager.take()) this.push(page)
  }
}

type Chosen = Pick<PlainJsonlOptions, 'className' | 'passOver'>

/** The object of a line, or why it is not one; undefined of one that is passed over. */
function objectIn(line: Parsed, { className, passOver }: Chosen): PlainObject | Reject | undefined {
  try {
    const found = plainObjectOf(unwrapped(line.value))
    const isOther = className !== undefined && found.class !== undefined && found.class !== className
    if (isOther && passOver === true) return undefined
    return isOther ? refuse(line, 'invalid_value', `it is of class ${found.class}, not ${className}`) : found
  } catch (thrown) {
    if (thrown instanceof PlainFault) return refuse(line, thrown.code, thrown.message)
    throw thrown
  }
}

/** A line of a rejects file holds its object whole, beside its reason and the class that it comes from. */
function unwrapped(value: JsonObject): JsonObject {
  const { object, properties, reason, class: name } = value
  if (properties !== undefined || reason === undefined || !isRecord(object)) return value
  return typeof name === 'string' ? { class: name, ...object } : object
}

/** The result of reading JSON lines to their end. */
export interface PlainSummary {
  readonly schema: CollectionSchema
  /** What the objects say they are of, by which `plainJsonl` finds those that are not; undefined where they do not. */
  readonly sourceClass?: string
  /** Lines that are objects; the others are rejects, of which the second reading says more. */
  readonly objects: number
  readonly rejects: number
  readonly firstReject?: Reject
}

/**
 * Reads JSON lines of objects through, and derives their class: its name is what the first object that names a class
 * says, so that references to itself are known as such, or `className`. Where one is `chosen` the objects of other classes are
 * passed over. Memory: a line.
 * @throws ElysiaError ELYSIA_USAGE where nobody names the class, ELYSIA_CONFLICT, naming the line, where no class
 * holds all objects; ELYSIA_COMPRESSION
 */
export async function derivePlainSchema(
  source: Readable,
  className?: string,
  chosen?: string,
): Promise<PlainSummary> {
  const derivation = new SchemaDerivation()
  const passOver = chosen !== undefined
  let [found, objects, rejects] = [chosen, 0, 0]
  let firstReject: Reject | undefined
  await pipeline(source, decompress(), splitLines(), parseJson(), async (lines) => {
    for await (const line of lines as AsyncIterable<Parsed | Reject>) {
      const of = { passOver, ...(found !== undefined && { className: found }) }
      const read = line instanceof RejectedLine ? line : objectIn(line, of)
      if (read === undefined) continue
      if (read instanceof RejectedLine) {
        rejects += 1
        firstReject ??= read
      } else {
        found ??= read.class
        objects += 1
        at(line.line, () => derivation.add(read.object))
      }
    }
  })
  const name = found ?? className
  if (name === undefined && objects > 0) throw unnamed()
  return {
    schema: derivation.schema(name ?? ''),
    objects,
    rejects,
    ...(firstReject !== undefined && { firstReject }),
    ...(found !== undefined && { sourceClass: found }),
  }
}

function at(line: number, add: () => void): void {
  try {
    add()
  } catch (thrown) {
    if (!(thrown instanceof ElysiaError)) throw thrown
    throw reworded(thrown, `line ${line}: ${thrown.message}`)
  }
}

function unnamed(): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', 'the objects do not name their class', {
    hint: 'name it with --name, or give the class with --schema FILE',
  })
}
