import { createHash, hash } from 'node:crypto'
import type { Json, JsonObject, Vector } from '../core/object.ts'
import type { VectorSet } from './vectors.ts'

/** Must change whenever the same record makes a different object, so that no stored object counts as unchanged. */
export const LAYOUT_VERSION = 1

/** A vector by its name (empty for the unnamed one), its shape and the digest of its bytes. */
function digestOf(name: string, vector: Vector): Json {
  const rows = vector instanceof Float32Array ? [vector] : vector
  const sha256 = createHash('sha256')
  for (const row of rows) sha256.update(new Uint8Array(row.buffer, row.byteOffset, row.byteLength))
  const width = rows[0]?.length ?? 0
  return [name, vector instanceof Float32Array ? [width] : [rows.length, width], sha256.digest('hex')]
}

function digestsOf({ vector, vectors = {} }: VectorSet): Json {
  const names = Object.keys(vectors).sort()
  const digests = names.map((name) => digestOf(name, vectors[name] as Vector))
  if (vector !== undefined) digests.unshift(digestOf('', vector))
  return digests.length === 0 ? null : digests
}

/**
 * The hash of an object's source: the SHA-256 (hex) of one JSON text without spaces: `[version, repository,
 * file_path, content_hash, last_modified, metadata, vectors]`, absent parts null. `vectors` are those that
 * the record brought, the unnamed one first, then by name, each as `[name, [width] or [rows, width], SHA-256
 * of its little-endian 32-bit floats]`. Everything else in an object follows from these parts.
 */
export function recordHash(properties: JsonObject, brought: VectorSet): string {
  const { repository, file_path, content_hash, last_modified, metadata } = properties
  const parts = [
    LAYOUT_VERSION,
    repository ?? null,
    file_path ?? null,
    content_hash ?? null,
    last_modified ?? null,
    metadata ?? null,
    digestsOf(brought),
  ]
  return hash('sha256', JSON.stringify(parts))
}
