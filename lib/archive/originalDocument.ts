import { once } from 'node:events'
import { pipeline, type Readable } from 'node:stream'
import { bigintIn, type CollectionSchema, isCollectionSchema } from '../classSchema.ts'
import { ElysiaError } from '../errors.ts'
import type { JsonObject } from '../object.ts'
import { decompress } from '../stream/decompress.ts'
import { DocumentDecoder, type DocumentHead } from './originalDecoder.ts'

/** A backup that the Python original made. */
export interface OriginalDocument {
  readonly metadata: JsonObject
  readonly schema: CollectionSchema
  /** True where it was made without objects. */
  readonly schemaOnly: boolean
  /** Objects that its metadata speak of: of a schema-only document those of its source. */
  readonly objectCount?: number
  /** Pages of objects, in the order of the document; it errors with ELYSIA_DAMAGED at the latest at its end. */
  readonly pages: Readable
}

export interface OriginalOptions {
  /** Opens the same bytes once more; without it, metadata and schema have to come before the objects. */
  readonly again?: () => Readable
  /** Hears, as a sentence each, of another version, and of a count that is not that of the objects. */
  readonly onNotice?: (message: string) => void
}

/** The only version there ever was. */
const VERSION = '1.0'

/** True for the beginning of such a document, decompressed: of a section, whichever comes first. */
export function isOriginalDocument(head: Buffer): boolean {
  return /^\ufeff?\s*\{\s*"(?:metadata|schema|objects|object_count)"\s*:/.test(head.toString())
}

/**
 * Reads one JSON document `{metadata, schema, objects}`, plain or compressed, of any size; sections in any order, with
 * any white space. Where the objects come first, the document is read twice.
 * Memory: the objects and tokens of 64 KiB, or one object where that is larger, and the schema.
 * @throws ElysiaError ELYSIA_DAMAGED where a section is missing or the document is cut short before its objects;
 * ELYSIA_COMPRESSION; ELYSIA_INPUT where it would have to be read twice and cannot
 */
export async function readOriginal(
  source: Readable,
  options: OriginalOptions = {},
): Promise<OriginalDocument> {
  const { again, onNotice = () => {} } = options
  const first = decoderOf(source, onNotice)
  const head = first.head ?? ((await once(first, 'head')) as [DocumentHead])[0]
  try {
    const described = describe(head, onNotice)
    if (!first.objectsCameFirst) return { ...described, pages: first }
    if (again === undefined) throw needsFile()
    first.destroy()
    return { ...described, pages: decoderOf(again(), onNotice, head) }
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
  onNotice: (message: string) => void,
  head?: DocumentHead,
): DocumentDecoder {
  const decoder = new DocumentDecoder(onNotice, head)
  // Whoever waits for the head or reads the pages hears of errors by the decoder itself.
  pipeline(source, decompress(), decoder, () => {})
  return decoder
}

function describe({ metadata, schema }: DocumentHead, onNotice: (message: string) => void) {
  if (!isCollectionSchema(schema)) {
    throw new ElysiaError('ELYSIA_DAMAGED', 'the section schema of the document is no class')
  }
  const large = bigintIn(schema)
  if (large !== undefined) {
    const fact = `the section schema of the document holds ${large}, a number that a class cannot keep exactly`
    throw new ElysiaError('ELYSIA_DAMAGED', fact)
  }
  const { version, type, object_count: count } = metadata
  if (version !== VERSION) {
    const said = version === undefined ? 'names no version' : `is of version ${JSON.stringify(version)}`
    onNotice(`the document ${said}; it is read as ${VERSION}`)
  }
  const objectCount = typeof count === 'number' && { objectCount: count }
  return { metadata, schema, schemaOnly: type === 'schema-only', ...objectCount }
}
