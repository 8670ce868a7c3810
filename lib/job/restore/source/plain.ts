import { type Duplex, pipeline, Readable } from 'node:stream'
import { ForeignChanges } from '../../../archive/foreign/changes.ts'
import { type DocumentKind, documentKind } from '../../../archive/foreign/documentLines.ts'
import { derivePlainSchema, type PlainSummary, plainJsonl } from '../../../archive/foreign/plainJsonl.ts'
import { type ForeignLines, foreignLines, type LineForm } from '../../../archive/foreign/shapes/reading.ts'
import { classNameOf } from '../../../change/collectionName.ts'
import { ElysiaError } from '../../../core/errors.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { Reject } from '../../../core/reject.ts'
import type { Emit } from '../../../run/context.ts'
import { readSchemaFile } from '../../../transform/schema/file.ts'
import { announceDerived } from './announceDerived.ts'
import type { ForeignBytes } from './file.ts'
import type { ForeignOptions } from './foreignOptions.ts'
import { lineFormOf } from './lineForm.ts'
import type { RestoreSource, SourcePart } from './source.ts'

/** So many lines without an object are no collection; a pipe's lines are held until the first object comes. */
const MOST_BEFORE_FIRST = 1000

interface PlainSourceOptions extends ForeignOptions {
  readonly schema?: string
  readonly name?: string
  /** The class whose objects are read, if there are several. */
  readonly collection?: string
}

/**
 * JSON lines of objects as a source of a restore. Their class is given, or derived from all of them. At least one line
 * must be an object, so that no class is made for nothing.
 * @throws ElysiaError ELYSIA_INPUT if none is, naming the reason for the first; as derivePlainSchema
 */
export async function plainSource(
  file: ForeignBytes,
  wanted: PlainSourceOptions,
  emit: Emit,
  head: Buffer = Buffer.alloc(0),
): Promise<RestoreSource> {
  const { name, bytes, again, identity } = file
  if (again !== undefined) bytes.destroy()
  const document = documentKind(head)
  const form = await lineFormOf(file, { head, document }, wanted, emit)
  const reading = new Reading(form, document)
  const { schema, sourceClass, summary } = await classOf(file, wanted, reading, emit)
  const options = {
    ...(sourceClass !== undefined && { className: sourceClass }),
    passOver: wanted.collection !== undefined,
  }
  const pages: SourcePart['pages'] =
    again === undefined
      ? await readFirstPage(file, bytes, reading)
      : async (onReject) => readPlain(again(), plainJsonl({ ...options, ...reading.begin(), onReject }))
  const source: RestoreSource = {
    name,
    kind: 'jsonl',
    identity: identity && `${identity}${identitySuffix(wanted)}`,
    schema,
    aliases: [],
    ...(summary !== undefined && { about: summary.objects + summary.rejects }),
    ...(form !== undefined && { changes: () => reading.changes.list() }),
    parts: [{ name, mayRepeat: true, pages, linesOf: (page) => reading.linesOf(page) }],
    close: async () => void bytes.destroy(),
  }
  const isGiven = wanted.schema !== undefined
  return isGiven ? source : { ...source, ofClass: (existing) => ({ ...source, schema: existing }) }
}

type Page = readonly StoredObject[]

interface PlainReading {
  readonly form?: ForeignLines
  readonly document: DocumentKind | undefined
  readonly onPage: (page: Page, lines: readonly number[]) => void
}

/** How the lines are read, on which lines the objects were, and what the last reading changed in them. */
class Reading {
  readonly #form: LineForm | undefined
  readonly #document: DocumentKind | undefined
  readonly #lines = new WeakMap<Page, readonly number[]>()
  changes = new ForeignChanges()

  constructor(form: LineForm | undefined, document: DocumentKind | undefined) {
    this.#form = form
    this.#document = document
  }

  /** Begins a reading from the first line. */
  begin(): PlainReading {
    this.changes = new ForeignChanges()
    const form = this.#form && foreignLines(this.#form, this.changes)
    const onPage: PlainReading['onPage'] = (page, lines) => this.#lines.set(page, lines)
    return { ...(form && { form }), document: this.#document, onPage }
  }

  /** The numbers of the lines that the objects of a page stood on. */
  linesOf(page: Page): readonly number[] | undefined {
    return this.#lines.get(page)
  }
}

/** Lines that are read differently are another source. */
function identitySuffix({ shape = 'auto', idFrom, vectorFrom, propertiesFrom }: PlainSourceOptions): string {
  const readOptions = { idFrom, vectorFrom, propertiesFrom, ...(shape !== 'auto' && { shape }) }
  const text = JSON.stringify(readOptions)
  return text === '{}' ? '' : ` ${text}`
}

async function classOf(file: ForeignBytes, wanted: PlainSourceOptions, reading: Reading, emit: Emit) {
  const { again, name } = file
  if (wanted.schema !== undefined) {
    const schema = await readSchemaFile(wanted.schema)
    if (again !== undefined) {
      const bytes = again()
      await readFirstPage(file, bytes, reading)
      bytes.destroy()
    }
    return { schema, sourceClass: undefined, summary: undefined }
  }
  if (again === undefined) {
    throw new ElysiaError('ELYSIA_USAGE', 'objects in a pipe do not say what class they are of', {
      hint: 'give the class with --schema FILE, or write them to a file first: its class is then derived',
    })
  }
  emit({ type: 'schema_derived', source: 'objects' })
  const className = wanted.name === undefined ? undefined : classNameOf(wanted.name)
  const chosen = wanted.collection === undefined ? undefined : classNameOf(wanted.collection)
  const summary = await derivePlainSchema(again(), className, chosen, reading.begin())
  requireObjects(name, summary)
  announceDerived(summary.schema, emit)
  return { schema: summary.schema, sourceClass: summary.sourceClass, summary }
}

/** Reads up to the first objects; rejects before them go to the reader of the pages. */
async function readFirstPage(
  { name }: ForeignBytes,
  bytes: Readable,
  reading: Reading,
): Promise<SourcePart['pages']> {
  const early: Reject[] = []
  let onEarly = (reject: Reject) => {
    early.push(reject)
    if (early.length >= MOST_BEFORE_FIRST) last.destroy(noObject(name, early.length, early[0]))
  }
  const stages = plainJsonl({ ...reading.begin(), onReject: (reject) => onEarly(reject) })
  const last = readPlain(bytes, stages)
  const pages: AsyncIterator<StoredObject[]> = last[Symbol.asyncIterator]()
  const first = await pages.next()
  if (first.done === true) throw noObject(name, early.length, early[0])
  async function* all() {
    yield first.value
    for (let next = await pages.next(); next.done !== true; next = await pages.next()) yield next.value
  }
  return async (onReject) => {
    onEarly = onReject
    for (const reject of early.splice(0)) onReject(reject)
    return Readable.from(all(), { objectMode: true, highWaterMark: 1 })
  }
}

/** The pages from the last stage, with the errors of all stages. */
function readPlain(bytes: Readable, stages: readonly Duplex[]): Duplex {
  pipeline([bytes, ...stages], () => {})
  return stages.at(-1)!
}

function requireObjects(name: string, { objects, rejects, firstReject }: PlainSummary): void {
  if (objects === 0) throw noObject(name, rejects, firstReject)
}

function noObject(name: string, lines: number, first: Reject | undefined): ElysiaError {
  const why = first === undefined ? 'it has none' : `line ${first.line}: ${first.reason}`
  const fact = lines === 1 ? 'no object' : `no object in ${lines} lines`
  return new ElysiaError('ELYSIA_INPUT', `${name} holds ${fact}: ${why}`, {
    hint: 'nothing was made; an object is {"id": UUID, "properties": {…}, "vector": […]}, as `col cat` prints it; --id-from FIELD,… and --vector-from FIELD say where other lines have them (docs/from-other-stores.md)',
  })
}
