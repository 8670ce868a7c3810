import type { Manifest } from '../archive/manifest.ts'
import { isRecord } from '../core/value/record.ts'
import type { ArchiveStatus } from './status.ts'

/**
 * The levels of verification, the least thorough first. `live` compares with a store, and `rehearsed` restores into
 * one, so a failure of these may not be the archive's fault.
 */
export const VERIFY_LEVELS = ['exists', 'stored', 'records', 'live', 'rehearsed'] as const

/** How thoroughly an archive was verified. */
export type VerifyLevel = (typeof VERIFY_LEVELS)[number]

/** The result of a verification. */
export interface Verification {
  readonly level: VerifyLevel
  /** ISO text. */
  readonly time: string
  readonly ok: boolean
  readonly errors: number
  /** Present if only a part of the archive was checked. */
  readonly sample?: string
}

/** The location of an archive. */
export interface Location {
  /** The directory that its lock is taken on: one above it, at any level. */
  readonly root: string
  /** The absolute path of its directory, or of its single file. */
  readonly location: string
  readonly shape: 'directory' | 'file'
}

/** The location and size of a complete archive. */
export interface ArchivePlace extends Location {
  /** Bytes on disk. By default the manifest's total; for a single file that counts its lines before compression. */
  readonly bytes?: number
}

/** An archive as the catalog lists it. Times are ISO texts in UTC. */
export interface ArchiveRecord extends Location {
  readonly id: string
  readonly status: ArchiveStatus
  readonly collection: string
  /** The store it comes from, without secrets. */
  readonly cluster: string
  readonly started: string
  readonly finished?: string
  /** When the row last changed. */
  readonly updated: string
  /** When it was removed. */
  readonly deleted?: string
  readonly content: string
  readonly format: string
  /** With its level: `zstd:3`. */
  readonly compression: string
  readonly objects: number
  readonly vectors: number
  /** Bytes on disk, of its parts or its single file. */
  readonly bytes: number
  /** Bytes before compression. */
  readonly raw_bytes: number
  readonly parts: number
  /** The server's version. */
  readonly version: string
  /** The tenants that it holds; none for a collection without tenants. */
  readonly tenants: readonly string[]
  /** `incremental`: it holds the differences from its parent. */
  readonly kind: 'full' | 'incremental'
  readonly parent?: string
  readonly tags: readonly string[]
  readonly note?: string
  readonly pinned: boolean
  /** True if a verification found damage, and none at least as deep has found it intact since. */
  readonly damaged: boolean
  /** The last verification. */
  readonly verified?: { readonly level: VerifyLevel; readonly time: string; readonly ok: boolean }
  /** Why it failed, or what happened to it. */
  readonly error?: string
  /** The part of its collection that it holds, for a person: `full`, or what is missing. */
  readonly holds: string
  readonly without_vectors: boolean
  /** True also for a collection without tenants; false if `tenants` are only some, or may be. */
  readonly all_tenants: boolean
  /** How its objects were selected, for a person; absent for all objects. @see selectionText */
  readonly selection?: string
}

/** A manifest without its schema, ranges and parts. */
export type ManifestDetails = Omit<Manifest, 'schema' | 'ranges' | 'parts'> & {
  readonly vector_indexes: readonly VectorIndex[]
}

/** A vector index of the class. */
export interface VectorIndex {
  /** Empty for the unnamed vector. */
  readonly name: string
  readonly vectorizer: string
  readonly index: string
  readonly distance?: string
}

/** Everything that the catalog knows about one archive. */
export interface ArchiveDetails extends ArchiveRecord {
  /** Absent for an archive that was never complete. */
  readonly manifest?: ManifestDetails
  /** The last verification of each level. */
  readonly verifications: readonly Verification[]
}

/** An incomplete archive: what is known when it begins. A `Plan` is one. */
export interface NewArchive {
  readonly id: string
  readonly started: string
  readonly collection: string
  readonly content: string
  readonly source: { readonly target: string; readonly version: string }
  readonly encoding: {
    readonly format: string
    readonly compression: string
    readonly level?: number | undefined
    readonly vectors?: string
  }
  readonly tenants?: readonly { readonly name: string }[]
  readonly all_tenants?: boolean
  readonly selection?: Manifest['selection']
  readonly parent?: string
  readonly tags: readonly string[]
  readonly note?: string
}

/** The details of a manifest. */
export function detailsOf(manifest: Manifest): ManifestDetails {
  const { schema, ranges: _, parts: __, ...rest } = manifest
  return { ...rest, vector_indexes: vectorIndexes(schema) }
}

/** True for the result of `detailsOf`, as far as its fields are used. */
export function isDetails(read: unknown): read is ManifestDetails {
  if (!isRecord(read)) return false
  const { counts, totals, tool, source, aliases, consistency, schema_sha256, vector_indexes } = read
  return (
    [counts, totals, tool, source].every(isRecord) &&
    [aliases, vector_indexes].every(Array.isArray) &&
    (vector_indexes as unknown[]).every((one) => isRecord(one) && typeof one.name === 'string') &&
    typeof consistency === 'string' &&
    typeof schema_sha256 === 'string'
  )
}

function vectorIndexes(schema: Readonly<Record<string, unknown>>): VectorIndex[] {
  const { vectorizer, vectorIndexType, vectorIndexConfig, vectorConfig } = schema
  const named = Object.entries(isRecord(vectorConfig) ? vectorConfig : {}).filter(([, one]) => isRecord(one))
  const unnamed =
    typeof vectorIndexType === 'string' && vectorIndexType !== ''
      ? [vectorIndex('', vectorizer, vectorIndexType, vectorIndexConfig)]
      : []
  return [
    ...unnamed,
    ...named.map(([name, one]) => {
      const { vectorizer, vectorIndexType, vectorIndexConfig } = one as Record<string, unknown>
      return vectorIndex(name, vectorizer, vectorIndexType, vectorIndexConfig)
    }),
  ]
}

function vectorIndex(name: string, vectorizer: unknown, index: unknown, config: unknown): VectorIndex {
  const module = isRecord(vectorizer) ? Object.keys(vectorizer)[0] : vectorizer
  const distance = isRecord(config) ? config.distance : undefined
  return {
    name,
    vectorizer: typeof module === 'string' ? module : 'none',
    index: typeof index === 'string' ? index : '',
    ...(typeof distance === 'string' && { distance }),
  }
}
