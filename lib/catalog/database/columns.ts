import type { VerifyLevel } from '../record.ts'
import type { ArchiveStatus } from '../status.ts'

/** A row of the table `archives`. */
export interface Row {
  readonly id: string
  readonly status: ArchiveStatus
  readonly collection: string
  readonly cluster: string
  readonly started: string
  readonly finished: string | null
  readonly updated: string
  readonly deleted: string | null
  readonly root: string
  readonly location: string
  readonly shape: 'directory' | 'file'
  readonly content: string
  readonly format: string
  readonly compression: string
  readonly objects: number
  readonly vectors: number
  readonly bytes: number
  readonly raw_bytes: number
  readonly parts: number
  readonly version: string
  readonly tenants: string
  readonly parent: string | null
  readonly tags: string
  readonly note: string | null
  readonly pinned: number
  readonly damaged: number
  readonly verified_level: VerifyLevel | null
  readonly verified_time: string | null
  readonly verified_ok: number | null
  readonly error: string | null
  /** 1 where pinned, tags and note are what people said, and no longer the manifest's. */
  readonly annotated: number
  readonly without_vectors: number
  /** 0 where `tenants` are not known to be all that there were. */
  readonly all_tenants: number
  readonly filter: string | null
}

/** The columns of `archives` in order. */
export const COLUMNS = [
  ...[
    'id',
    'status',
    'collection',
    'cluster',
    'started',
    'finished',
    'updated',
    'deleted',
    'root',
    'location',
  ],
  ...[
    'shape',
    'content',
    'format',
    'compression',
    'objects',
    'vectors',
    'bytes',
    'raw_bytes',
    'parts',
    'version',
  ],
  ...[
    'tenants',
    'parent',
    'tags',
    'note',
    'pinned',
    'damaged',
    'verified_level',
    'verified_time',
    'verified_ok',
  ],
  ...['error', 'annotated', 'without_vectors', 'all_tenants', 'filter'],
] as readonly (keyof Row)[]
