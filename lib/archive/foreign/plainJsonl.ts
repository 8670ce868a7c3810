import { type Duplex, type Readable, Transform, type TransformCallback } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ElysiaError, rewordError } from '../../core/errors.ts'
import { exactJson } from '../../core/exactJson.ts'
import type { Line } from '../../core/line.ts'
import type { JsonObject, StoredObject } from '../../core/object.ts'
import { makeReject, type Reject, Reject as RejectedLine } from '../../core/reject.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import { decompress } from '../../stream/codec/decompress.ts'
import { splitLines } from '../../stream/lines/splitLines.ts'
import { Pager } from '../../stream/pager.ts'
import { type ParsedLine, parseJson, parseLine } from '../../stream/parseJson.ts'
import { RECORD_STAGE } from '../../stream/recordStage.ts'
import { ForeignChanges } from './changes.ts'
import { SchemaDerivation } from './deriveSchema.ts'
import { type DocumentKind, documentLines } from './documentLines.ts'
import { PlainFault } from './plainFault.ts'
import { type PlainObject, plainObjectOf } from './plainObject.ts'
import { type ForeignLines, foreignLines } from './shapes/reading.ts'
import { weaviate } from './shapes/weaviate.ts'

/** How lines are read as objects, and where those go that are not objects. */
export interface PlainJsonlOptions {
  /** Takes the lines that are not objects, in order; the others go on. */
  readonly onReject: (reject: Reject) => void
  /** Called with each page and the numbers of the lines that its objects stand on, before the page goes on. */
  readonly onPage?: (page: readonly StoredObject[], lines: readonly number[]) => void
  /** The class that objects have to belong to, if they name one. */
  readonly className?: string
  /** True: skip objects of another class; by default they are rejects. */
  readonly passOver?: boolean
  readonly maxLineBytes?: number
  /** How to read lines of another store. */
  readonly form?: ForeignLines
  /** The kind of document that holds the objects, if they are not lines. */
  readonly document?: DocumentKind | undefined
}

/**
 * The stages that read JSON lines of objects, as `col cat` prints them or as Weaviate's REST interface returns them:
 * bytes, plain or compressed → pages of objects, in the order of the lines, for a pipeline. A line of a rejects file
 * of `col restore` counts as the object in it.
 * Memory: a page, and a line of at most `maxLineBytes` (64 MiB).
 * Errors: ELYSIA_COMPRESSION.
 */
export function plainJsonl(options: PlainJsonlOptions): [Duplex, ...Duplex[]] {
  return [...jsonLines(options), new PlainObjects(options)]
}

/** Bytes, plain or compressed → the JSON objects on lines, or in a document. */
export function jsonLines({
  maxLineBytes,
  document,
}: Pick<PlainJsonlOptions, 'maxLineBytes' | 'document'>): [Duplex, Duplex, Duplex] {
  const lines = splitLines(maxLineBytes === undefined ? {} : { maxLineBytes })
  return [decompress(), document === undefined ? lines : documentLines(document), parseJson()]
}

/** Larger pages survive young-generation collections, and take several times the memory. */
const PAGE = { items: 100, length: 256 * 1024 }

class PlainObjects extends Transform {
  readonly #options: PlainJsonlOptions
  readonly #pager = new Pager<StoredObject>(PAGE)
  /** Of the objects that are not in a page yet. */
  #lines: number[] = []

  constructor(options: PlainJsonlOptions) {
    super(RECORD_STAGE)
    this.#options = options
  }

  override _transform(item: ParsedLine | Reject, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.#take(item)
      done()
    } catch (thrown) {
      done(thrown as Error)
    }
  }

  #take(item: ParsedLine | Reject): void {
    const all = objectsIn(item, this.#options)
    for (const read of all) {
      if (read instanceof RejectedLine) this.#options.onReject(read)
      else if (read !== undefined) this.#add(read.object, item as ParsedLine, all.length)
    }
  }

  #add(object: StoredObject, { line, text }: ParsedLine, objects: number): void {
    this.#lines.push(line)
    if (this.#pager.add(object, text.length / objects)) this.#pushPage()
  }

  override _flush(done: TransformCallback): void {
    this.#pushPage()
    done()
  }

  #pushPage(): void {
    for (const page of this.#pager.take()) {
      this.#options.onPage?.(page, this.#lines.splice(0, page.length))
      this.push(page)
    }
  }
}

type Chosen = Pick<PlainJsonlOptions, 'className' | 'passOver' | 'form'>

/** The object on a line, or why it is none; undefined if it is skipped. */
type Read = PlainObject | Reject | undefined

/** The objects on a line, or why the line, or one of its records, is none. */
function objectsIn(item: ParsedLine | Reject, chosen: Chosen): readonly Read[] {
  const line = item instanceof RejectedLine ? item : withoutReason(item)
  if (line instanceof RejectedLine) return [line]
  const { form = PLAIN } = chosen
  let records: readonly JsonObject[]
  try {
    records = form.records(line.value)
  } catch (thrown) {
    return [refusal(line, thrown)]
  }
  if (records.length === 1 && records[0] === line.value) return [objectIn(line, line.value, chosen)]
  return records.map((record) => objectIn(line, record, chosen))
}

function objectIn(line: ParsedLine, record: JsonObject, { form = PLAIN, className, passOver }: Chosen): Read {
  try {
    const object = plainObjectOf(form.plain(record))
    const isOther = className !== undefined && object.class !== undefined && object.class !== className
    if (!isOther) return object
    if (passOver === true) return undefined
    throw new PlainFault('invalid_value', `it is of class ${object.class}, not ${className}`)
  } catch (thrown) {
    // A refused record stands alone, without the others on its line.
    return refusal(record === line.value ? line : { ...line, text: exactJson(record) }, thrown)
  }
}

function refusal(line: Line, thrown: unknown): Reject {
  if (thrown instanceof PlainFault) return makeReject(line, thrown.code, thrown.message)
  throw thrown
}

/** A line of a rejects file holds the refused line as text if it was not an object. */
export function withoutReason(line: ParsedLine): ParsedLine | Reject {
  const { reason, code, record, id } = line.value
  const isRejected = id === null && typeof reason === 'string' && typeof code === 'string'
  return isRejected && typeof record === 'string' ? parseLine({ ...line, text: record }) : line
}

/** Lines in the form of archives and of Weaviate. */
const PLAIN = foreignLines({ shape: weaviate, mapping: {}, sample: [] }, new ForeignChanges())

/** The result of reading JSON lines to their end. */
export interface PlainSummary {
  readonly schema: CollectionSchema
  /** The class that the objects name, which `plainJsonl` compares others with; undefined if they name none. */
  readonly sourceClass?: string
  /** Lines that are objects; the others are rejects, which the second reading explains. */
  readonly objects: number
  readonly rejects: number
  readonly firstReject?: Reject
}

/**
 * Reads JSON lines of objects to the end, and derives their class. Its name is `className`, or the class that the
 * first object names, so that references to the class itself are recognized. With `chosen`, objects of other classes
 * are skipped. Memory: a line.
 * @throws ElysiaError ELYSIA_USAGE if nothing names the class; ELYSIA_CONFLICT, naming the line, if no class holds
 * all objects; ELYSIA_COMPRESSION
 */
export async function derivePlainSchema(
  source: Readable,
  className?: string,
  chosen?: string,
  reading: Pick<PlainJsonlOptions, 'form' | 'document'> = {},
): Promise<PlainSummary> {
  const derivation = new SchemaDerivation()
  const passOver = chosen !== undefined
  let [sourceClass, objects, rejects] = [chosen, 0, 0]
  let firstReject: Reject | undefined
  await pipeline(source, ...jsonLines(reading), async (lines: AsyncIterable<ParsedLine | Reject>) => {
    for await (const line of lines) {
      const of = { passOver, ...reading, ...(sourceClass !== undefined && { className: sourceClass }) }
      for (const read of objectsIn(line, of)) {
        if (read instanceof RejectedLine) {
          rejects += 1
          firstReject ??= read
        } else if (read !== undefined) {
          sourceClass ??= read.class
          objects += 1
          at(line.line, () => derivation.add(read.object))
        }
      }
    }
  })
  const name = sourceClass ?? className
  if (name === undefined && objects > 0) throw unnamed()
  return {
    schema: derivation.schema(name ?? ''),
    objects,
    rejects,
    ...(firstReject !== undefined && { firstReject }),
    ...(sourceClass !== undefined && { sourceClass }),
  }
}

function at(line: number, add: () => void): void {
  try {
    add()
  } catch (thrown) {
    if (!(thrown instanceof ElysiaError)) throw thrown
    throw rewordError(thrown, `line ${line}: ${thrown.message}`)
  }
}

function unnamed(): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', 'the objects do not name their class', {
    hint: 'name it with --name, or give the class with --schema FILE',
  })
}
