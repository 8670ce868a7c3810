import { HASH_PROPERTY, type JsonObject, type StoredObject } from '../core/object.ts'
import { fileId } from './identity.ts'
import {
  contentProperties,
  type FileState,
  fileObject,
  metadataProperties,
  nameProperties,
  timeProperties,
  withRecordHash,
} from './layout.ts'
import { recordHash } from './recordHash.ts'
import { NO_VECTORS, replaceVectors, type VectorSet, vectorsIn } from './vectors.ts'

/** What a record changes in a stored object; everything else is kept. */
export type FileUpdate = Omit<FileState, 'text'> & { readonly text?: string | undefined }

/**
 * The vectors of a stored object that records brought, according to its hash; the store computed all others.
 */
function recordVectors(stored: StoredObject): VectorSet {
  const all = vectorsIn(stored)
  const { vector, vectors } = all
  const some = vector === undefined || vectors === undefined ? [] : [{ vector }, { vectors }]
  const made = [NO_VECTORS, ...some].find(
    (set) => recordHash(stored.properties, set) === stored.properties[HASH_PROPERTY],
  )
  return made ?? all
}

function propertiesOf(stored: StoredObject, brought: FileUpdate): JsonObject {
  const properties: JsonObject = {
    ...stored.properties,
    ...nameProperties(brought.repo, brought.path),
    ...(brought.text === undefined ? {} : contentProperties(brought.text)),
    ...timeProperties(brought.timestamp),
  }
  if (brought.metadata === undefined) return properties
  delete properties.metadata
  delete properties.metadata_pairs
  return { ...properties, ...metadataProperties(brought.metadata) }
}

/**
 * The stored object with a record's changes, at the record's path. `vector` and `vectors` are each replaced if given.
 * If the content differs, vectors that the record does not bring are dropped, since they describe the old content.
 * Does not modify its arguments.
 */
export function updateObject(stored: StoredObject, brought: FileUpdate): StoredObject {
  const { repo, path, tenant, vectors = NO_VECTORS } = brought
  const properties = propertiesOf(stored, brought)
  const stale = properties.content_hash !== stored.properties.content_hash
  const keptVectors = stale ? NO_VECTORS : vectorsIn(stored)
  const keptOfRecords = stale ? NO_VECTORS : recordVectors(stored)
  return withRecordHash(
    fileId(repo, path),
    properties,
    replaceVectors(keptVectors, vectors),
    replaceVectors(keptOfRecords, vectors),
    tenant,
  )
}

/**
 * The object at the record's path, made from the one at its old path, or from the record alone if possible. If there
 * is nothing at the old path and `target` has the record's content, the record was applied before, and its result is
 * kept.
 */
export function moveObject(
  source: StoredObject | undefined,
  target: StoredObject | undefined,
  brought: FileUpdate,
): StoredObject | undefined {
  if (source !== undefined) return updateObject(source, brought)
  const { text } = brought
  if (text === undefined) return undefined
  const made = fileObject({ ...brought, text })
  const repeated = target?.properties.content_hash === made.properties.content_hash
  return repeated ? updateObject(target!, brought) : made
}
