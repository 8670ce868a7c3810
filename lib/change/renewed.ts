import { HASH_PROPERTY, type JsonObject, type StoredObject } from '../object.ts'
import { fileId } from './identity.ts'
import {
  contentProperties,
  type FileState,
  fileObject,
  metadataProperties,
  nameProperties,
  sealed,
  timeProperties,
} from './layout.ts'
import { recordHash } from './recordHash.ts'
import { NO_VECTORS, type VectorSet, vectorsIn } from './vectors.ts'

/** What a record brings to an object that is stored already; what it does not bring is kept. */
export type Brought = Omit<FileState, 'text'> & { readonly text?: string | undefined }

/** The vectors of a stored object that a record once brought: its hash knows of them, else the store made them. */
function broughtBefore(stored: StoredObject): VectorSet {
  const withoutVectors = recordHash(stored.properties, NO_VECTORS)
  return withoutVectors === stored.properties[HASH_PROPERTY] ? NO_VECTORS : vectorsIn(stored)
}

function propertiesOf(stored: StoredObject, brought: Brought): JsonObject {
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
 * The stored object with what a record brings, at the record's path. Where the content differs the stored
 * vectors go, since they speak of the old one. Changes nothing of what it is given.
 */
export function renewed(stored: StoredObject, brought: Brought): StoredObject {
  const properties = propertiesOf(stored, brought)
  const id = fileId(brought.repo, brought.path)
  if (brought.vectors !== undefined) {
    return sealed(id, properties, brought.vectors, brought.vectors, brought.tenant)
  }
  const stale = properties.content_hash !== stored.properties.content_hash
  return stale
    ? sealed(id, properties, NO_VECTORS, NO_VECTORS, brought.tenant)
    : sealed(id, properties, vectorsIn(stored), broughtBefore(stored), brought.tenant)
}

/**
 * The object at the record's path, made of the one at its old path, or of the record alone where it can be.
 * Where nothing is at the old path and `target` has the record's content, the record was applied before: what
 * it carried along then is kept.
 */
export function carried(
  source: StoredObject | undefined,
  target: StoredObject | undefined,
  brought: Brought,
): StoredObject | undefined {
  if (source !== undefined) return renewed(source, brought)
  const { text } = brought
  if (text === undefined) return undefined
  const made = fileObject({ ...brought, text })
  const repeated = target?.properties.content_hash === made.properties.content_hash
  return repeated ? renewed(target!, brought) : made
}
