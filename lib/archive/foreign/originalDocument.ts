import { once } from 'node:events'
import { pipeline, type Readable } from 'node:stream'
import { parseBounded } from '../../core/boundedJson.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/object.ts'
import type { Reject } from '../../core/reject.ts'
import { bigintIn, type CollectionSchema, isCollectionSchema } from '../../core/schema.ts'
import { decompress } from '../../stream/codec/decompress.ts'
import { JsonScan } from '../format/jsonScan.ts'
import { DocumentDecoder, type DocumentHead, type DocumentNotice } from './originalDecoder.ts'

/** A backup that the Python original made. */
export interface OriginalDocument {
  readonly metadata: JsonObject
  readonly schema: CollectionSchema
  /** True if the backup was made without objects. */
  readonly schemaOnly: boolean
  /** The number of objects in its metadata; for a schema-only document, those of its source. */
  readonly objectCount?: number
  /** Pages of objects, in the order of the document. Errors with ELYSIA_DAMAGED, at the latest at its end. */
  readonly pages: Readable
}

/** How a document is read, and who is told about it. */
export interface OriginalOptions {
  /** Opens the same bytes a second time; without it, metadata and schema have to come before the objects. */
  readonly again?: () => Readable
  /** Called for an unknown version, and for a count that differs from the objects. */
  readonly onNotice?: (notice: DocumentNotice) => void
  /** Takes objects that cannot be restored; without it, they are ELYSIA_DAMAGED. */
  readonly onReject?: (reject: Reject) => void
}

/** The only version that ever existed. */
const VERSION = '1.0'

const LONG_BYTES = 64 * 1024

const SECTIONS = ['metadata', 'schema', 'objects', 'object_count']

/**
 * True for the beginning of such a document, decompressed: it begins with one of the sections, and is not a JSON line
 * that happens to begin with a key of that name. `head` is all of it, or its first 64 KiB.
 */
export function isOriginalDocument(head: Buffer): boolean {
  const text = head.toString().replace(/^\ufeff/, '')
  const [first = ''] = /^\s*\{\s*"(?:metadata|schema|objects|object_count)"\s*:/.exec(text) ?? []
  if (first === '') return false
  const line = objectOn(text.trimStart().split('\n', 1)[0]!)
  if (line !== undefined) return 'schema' in line || ('metadata' in line && Array.isArray(line.objects))
  const keys = keysAtTop(head)
  if (!keys.every((key) => SECTIONS.includes(key))) return false
  // Metadata are small: a long text with nothing else in it is a long line.
  return keys.join() !== 'metadata' || first.includes('\n') || head.length < LONG_BYTES
}

/** The object on a line; undefined if there is none, or it is incomplete. */
function objectOn(line: string): Record<string, unknown> | undefined {
  try {
    return parseBounded(line) as Record<string, unknown>
  } catch {
    return undefined
  }
}

/** The visible keys of the object that begins here. */
function keysAtTop(head: Buffer): string[] {
  const keys: string[] = []
  const scan = new JsonScan((key) => {
    keys.push(key)
    return 'skip'
  })
  try {
    for (const values of [scan.push(head), scan.end()]) for (const _ of values);
  } catch {
    // The object continues beyond the head.
  }
  return keys
}

/**
 * Reads one JSON document `{metadata, schema, objects}`, plain or compressed, of any size, with its sections in any
 * order and any white space. Reads the document twice if the objects come first.
 * Memory: the objects and tokens of 64 KiB, or one larger object, and the schema.
 * @throws ElysiaError ELYSIA_DAMAGED if a section is missing or the document is cut short before its objects;
 * ELYSIA_COMPRESSION; ELYSIA_INPUT if it has to be read twice and cannot be
 */
export async function readOriginal(
  source: Readable,
  options: OriginalOptions = {},
): Promise<OriginalDocument> {
  const { again, onNotice = () => {}, onReject } = options
  const first = decoderOf(source, onNotice, undefined, onReject)
  const head = first.head ?? ((await once(first, 'head')) as [DocumentHead])[0]
  try {
    const described = describe(head, onNotice)
    if (!first.objectsCameFirst) return { ...described, pages: first }
    if (again === undefined) throw needsFile()
    first.destroy()
    return { ...described, pages: decoderOf(again(), onNotice, head, onReject) }
  } catch (thrown) {
    first.destroy()
    throw thrown
  }
}

function needsFile(): ElysiaError {
  return new ElysiaError(
    'ELYSIA_INPUT',
    'the document has its objects before its schema, so it is read twice',
    {
      hint: 'write it to a file, and restore that',
    },
  )
}

function decoderOf(
  source: Readable,
  onNotice: (notice: DocumentNotice) => void,
  head?: DocumentHead,
  onReject?: (reject: Reject) => void,
): DocumentDecoder {
  const decoder = new DocumentDecoder(onNotice, head, onReject)
  // The decoder passes errors to the code that awaits the head or reads the pages.
  pipeline(source, decompress(), decoder, () => {})
  return decoder
}

function describe({ metadata, schema }: DocumentHead, onNotice: (notice: DocumentNotice) => void) {
  if (!isCollectionSchema(schema)) {
    throw new ElysiaError('ELYSIA_DAMAGED', 'the section schema of the document is not a class')
  }
  const large = bigintIn(schema)
  if (large !== undefined) {
    const fact = `the section schema of the document holds ${large}, a number that a class cannot keep exactly`
    throw new ElysiaError('ELYSIA_DAMAGED', fact)
  }
  const { version, type, object_count: count } = metadata
  if (version !== VERSION) {
    onNotice({ type: 'document_version', ...(version !== undefined && { version }), read_as: VERSION })
  }
  const objectCount = typeof count === 'number' && { objectCount: count }
  return { metadata, schema, schemaOnly: type === 'schema-only', ...objectCount }
}
