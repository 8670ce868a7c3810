import { hash } from 'node:crypto'
import { HASH_PROPERTY, type JsonObject, type StoredObject } from '../core/object.ts'
import { canonicalJson } from './canonical.ts'
import { fileId } from './identity.ts'
import { languageOf } from './language.ts'
import { recordHash } from './recordHash.ts'
import { NO_VECTORS, storedVectors, type VectorSet } from './vectors.ts'

/** The facts about a file from which its object is made. */
export interface FileState {
  readonly repo: string
  readonly path: string
  readonly text: string
  readonly metadata?: JsonObject | undefined
  /** RFC 3339 with a time zone. */
  readonly timestamp?: string | undefined
  /** Vectors that the record brought. */
  readonly vectors?: VectorSet | undefined
  readonly tenant?: string | undefined
}

/** The extension of a file that has none. */
const NO_EXTENSION = 'none'

/** The part after the last dot, in lower case; a name that begins with its only dot has none. */
function extensionOf(fileName: string): string {
  const dot = fileName.lastIndexOf('.')
  return dot <= 0 || dot === fileName.length - 1 ? NO_EXTENSION : fileName.slice(dot + 1).toLowerCase()
}

/** The number of newlines plus one: the empty text has one line, and so has `a`; `a\n` has two. */
function lineCount(text: string): number {
  let lines = 1
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1
  return lines
}

/** The properties that depend on the path of a file. */
export function nameProperties(repo: string, path: string): JsonObject {
  const fileName = path.slice(path.lastIndexOf('/') + 1)
  const extension = extensionOf(fileName)
  return {
    repository: repo,
    file_path: path,
    file_name: fileName,
    extension,
    language: languageOf(fileName, extension),
  }
}

/** The properties that depend on the content of a file. */
export function contentProperties(text: string): JsonObject {
  return {
    content: text,
    content_hash: hash('sha256', text),
    size_bytes: Buffer.byteLength(text),
    line_count: lineCount(text),
  }
}

/**
 * The time at which a file changed, in Weaviate's spelling: no trailing zeros in the fraction, `Z` for a zero
 * offset. The offset and the other digits are kept.
 */
export function timeProperties(timestamp: string | undefined): JsonObject {
  if (timestamp === undefined) return {}
  const zoned = timestamp.replace(/[+-]00:00$/, 'Z')
  return { last_modified: zoned.replace(/(\.[0-9]*?)0+(?=[Z+-])/, (_, kept) => (kept === '.' ? '' : kept)) }
}

/** `key=value` for each key whose value is a string, a number or a boolean. */
function pairsOf(metadata: JsonObject): string[] {
  const scalars = Object.keys(metadata).filter((key) =>
    /string|number|bigint|boolean/.test(typeof metadata[key]),
  )
  return scalars.sort().map((key) => `${key}=${metadata[key]}`.toWellFormed())
}

/** The metadata as canonical JSON, and as pairs to filter by. Empty metadata gives no properties. */
export function metadataProperties(metadata: JsonObject | undefined): JsonObject {
  if (metadata === undefined || Object.keys(metadata).length === 0) return {}
  const pairs = pairsOf(metadata)
  return {
    metadata: canonicalJson(metadata),
    ...(pairs.length === 0 ? {} : { metadata_pairs: pairs }),
  }
}

/** The object with these properties and its hash; `brought` are the vectors that a record gave. */
export function withRecordHash(
  id: string,
  properties: JsonObject,
  vectors: VectorSet,
  brought: VectorSet,
  tenant: string | undefined,
): StoredObject {
  return {
    id,
    properties: { ...properties, [HASH_PROPERTY]: recordHash(properties, brought) },
    ...vectors,
    ...(tenant === undefined ? {} : { tenant }),
  }
}

/** Makes the object of a file. It depends only on the record. */
export function fileObject(file: FileState): StoredObject {
  const { repo, path, text, metadata, timestamp, tenant } = file
  const vectors = storedVectors(file.vectors ?? NO_VECTORS)
  const properties = {
    ...nameProperties(repo, path),
    ...contentProperties(text),
    ...timeProperties(timestamp),
    ...metadataProperties(metadata),
  }
  return withRecordHash(fileId(repo, path), properties, vectors, vectors, tenant)
}
