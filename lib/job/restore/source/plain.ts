import { type Duplex, pipeline, Readable } from 'node:stream'
import { derivePlainSchema, type PlainSummary, plainJsonl } from '../../../archive/foreign/plainJsonl.ts'
import { classNameOf } from '../../../change/collectionName.ts'
import { ElysiaError } from '../../../core/errors.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { Reject } from '../../../core/reject.ts'
import type { Emit } from '../../../run/context.ts'
import { readSchemaFile } from '../../../transform/schema/file.ts'
import type { ForeignBytes } from './file.ts'
import type { RestoreSource, SourcePart } from './source.ts'

/** So many lines without an object are no collection; those of a pipe are held until the first one comes. */
const MOST_BEFORE_FIRST = 1000

interface Wanted {
  readonly schema?: string
  readonly name?: string
  /** The class whose objects are wanted, where there are several. */
  readonly collection?: string
}

/**
 * JSON lines of objects as what a restore reads. Their class is given, or derived from all of them. At least one of
 * them is an object, so that no class is made for nothing.
 * @throws ElysiaError ELYSIA_INPUT where none is, naming the reason of the first; as derivePlainSchema
 */
export async function plainSource(file: ForeignBytes, wanted: Wanted, emit: Emit): Promise<RestoreSource> {
  const { name, bytes, again, identity } = file
  if (again !== undefined) bytes.destroy()
  const { schema, sourceClass, summary } = await classOf(file, wanted, emit)
  const options = {
    ...(sourceClass !== undefined && { className: sourceClass }),
    passOver: wanted.collection !== undefined,
  }
  const pages: SourcePart['pages'] =
    again === undefined
      ? await begun(file, bytes)
      : async (onReject) => readPlain(again(), plainJsonl({ ...options, onReject }))
  const source: RestoreSource = {
    name,
    kind: 'jsonl',
    identity,
    schema,
    aliases: [],
    ...(summary !== undefined && { about: summary.objects + summary.rejects }),
    parts: [{ name, mayRepeat: true, pages }],
    close: async () => void bytes.destroy(),
  }
  const isGiven = wanted.schema !== undefined
  return isGiven ? source : { ...source, ofClass: (existing) => ({ ...source, schema: existing }) }
}

async function classOf(file: ForeignBytes, wanted: Wanted, emit: Emit) {
  const { again, name } = file
  if (wanted.schema !== undefined) {
    const schema = await readSchemaFile(wanted.schema)
    if (again !== undefined) {
      const bytes = again()
      await begun(file, bytes)
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
  const summary = await derivePlainSchema(again(), className, chosen)
  requireObjects(name, summary)
  return { schema: summary.schema, sourceClass: summary.sourceClass, summary }
}

/** Reads up to the first objects; rejects before them are passed to the reader of the pages. */
async function begun({ name }: ForeignBytes, bytes: Readable): Promise<SourcePart['pages']> {
  const early: Reject[] = []
  let onEarly = (reject: Reject) => {
    early.push(reject)
    if (early.length >= MOST_BEFORE_FIRST) last.destroy(noObject(name, early.length, early[0]))
  }
  const stages = plainJsonl({ onReject: (reject) => onEarly(reject) })
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

/** The pages that come out of the last stage, with the errors of all. */
function readPlain(bytes: Readable, stages: readonly Duplex[]): Duplex {
  pipeline([bytes, ...stages], () => {})
  return stages.at(-1)!
}

function requireObjects(name: string, { objects, rejects, firstReject }: PlainSummary): void {
  if (objects === 0) throw noObject(name, rejects, firstReject)
}

function noObject(name: string, lines: number, first: Reject | undefined): ElysiaError {
  const why = first === undefined ? 'it has no lines' : `line ${first.line}: ${first.reason}`
  const fact = lines === 1 ? 'no object' : `no object in ${lines} lines`
  return new ElysiaError('ELYSIA_INPUT', `${name} holds ${fact}: ${why}`, {
    hint: 'nothing was made; an object is {"id": UUID, "properties": {…}, "vector": […]}, as `col cat` prints it',
  })
}
