import { hash } from 'node:crypto'
import { parseExact } from '../core/exactJson.ts'
import { HASH_PROPERTY, type JsonObject, type StoredObject } from '../core/object.ts'
import { isRecord } from '../core/value/record.ts'
import { contentProperties, metadataProperties, nameProperties } from './layout.ts'
import { recordHash } from './recordHash.ts'
import { NO_VECTORS, type VectorSet, vectorsIn } from './vectors.ts'

/**
 * Recovers the file's object from a stored one, whatever transforms have done to it since; undefined if they have
 * changed the input of its record hash. `isHash` tells whether a hash is the stored one. The content is the text with
 * the content's digest, in whatever property; it is absent if no property has it.
 */
export function sourceOf(
  stored: StoredObject,
  isHash: (sourceHash: string) => boolean,
): StoredObject | undefined {
  const { properties } = stored
  const { repository, file_path: path } = properties
  if (typeof repository !== 'string' || typeof path !== 'string') return undefined
  const storedHash = [NO_VECTORS, ...vectorSets(stored)]
    .map((set) => recordHash(properties, set))
    .find(isHash)
  if (storedHash === undefined) return undefined
  const { last_modified, content_hash } = properties
  const source: JsonObject = {
    ...nameProperties(repository, path),
    ...contentIn(properties),
    ...(typeof content_hash === 'string' && { content_hash }),
    ...(typeof last_modified === 'string' && { last_modified }),
    ...metadataProperties(metadataIn(properties)),
    [HASH_PROPERTY]: storedHash,
  }
  return { ...stored, properties: source }
}

/** The sets of vectors that records may have brought: none, one kind, or all. */
function vectorSets(stored: StoredObject): readonly VectorSet[] {
  const all = vectorsIn(stored)
  const { vector, vectors } = all
  return [...(vector === undefined || vectors === undefined ? [] : [{ vector }, { vectors }]), all]
}

function contentIn(properties: JsonObject): JsonObject {
  const { content, content_hash } = properties
  for (const value of [content, ...Object.values(properties)]) {
    if (typeof value === 'string' && hash('sha256', value) === content_hash) return contentProperties(value)
  }
  return {}
}

function metadataIn({ metadata }: JsonObject): JsonObject | undefined {
  const value = typeof metadata === 'string' ? parseExact(metadata) : undefined
  return isRecord(value) ? value : undefined
}
