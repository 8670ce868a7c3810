import type { ArchiveRecord, VerifyLevel } from '../record.ts'

/** The columns of a row that the catalog lists. */
type ListedColumns = Pick<
  ArchiveRecord,
  | ('id' | 'status' | 'collection' | 'cluster' | 'started' | 'updated' | 'root' | 'location' | 'shape')
  | (
      | 'content'
      | 'format'
      | 'compression'
      | 'objects'
      | 'vectors'
      | 'bytes'
      | 'raw_bytes'
      | 'parts'
      | 'version'
    )
>

/** A row of the table `archives`: lists are JSON texts, flags are numbers, absent values are null. */
export interface Row extends ListedColumns {
  readonly finished: string | null
  readonly deleted: string | null
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
  /** 1 if pinned, tags and note come from a person, and no longer from the manifest. */
  readonly annotated: number
  readonly without_vectors: number
  /** 0 if `tenants` may be incomplete. */
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
