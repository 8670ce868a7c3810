import type { ForeignChange } from '../../../archive/foreign/changes.ts'
import type { Manifest } from '../../../archive/manifest.ts'
import type { ObjectRange } from '../../../archive/object/source.ts'
import type { ArchiveSelection } from '../../../archive/selection.ts'
import type { Threads } from '../../../async/thread/threads.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { Reject } from '../../../core/reject.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import type { Source } from '../../../core/stage.ts'
import type { Projection, Tenant } from '../../../store/store.ts'

/** Threads that decode parts. */
export interface DecodeThreads {
  readonly threads: Threads
  /** The class of the target if they should check what an embedded store would check itself. */
  readonly schema: CollectionSchema | undefined
}

/** A unit of reading: a file of an archive, or a complete single file or pipe. */
export interface SourcePart {
  /** Its name in errors and in the saved progress. */
  readonly name: string
  readonly tenant?: string
  /** The range of its ids; absent if unknown. */
  readonly covers?: Pick<ObjectRange, 'after' | 'upTo'>
  /** The number of its objects; undefined if unknown before reading. */
  readonly objects?: number
  /** True if an id may appear in it more than once. */
  readonly mayRepeat?: boolean
  /** Where an object of this part was found, for messages: `row 17`. */
  placeOf?(object: StoredObject): string | undefined
  /** The lines on which the objects of a page were found, for the rejects file. */
  linesOf?(page: readonly StoredObject[]): readonly number[] | undefined
  /**
   * Checks its bytes before anything from it is written; absent if they can be read only once.
   * @throws ElysiaError ELYSIA_DAMAGED, naming the part
   */
  check?(signal?: AbortSignal): Promise<void>
  /**
   * Its objects, page by page. The stream fails with ELYSIA_DAMAGED if they are damaged, at the latest at its end.
   * `onReject` gets what is not an object, in sources that may contain such things.
   */
  pages(onReject: (reject: Reject) => void): Promise<Source<readonly StoredObject[]>>
  /** The same with ids only, if that is cheaper. */
  ids?(): Promise<Source<readonly StoredObject[]>>
  /**
   * `check` and then `pages`, in a thread. Absent if only this thread has the bytes, or if rejects may stand between
   * the objects.
   */
  inThread?(threads: DecodeThreads): Source<readonly StoredObject[]>
}

/** Objects and their class, from any origin. */
export interface RestoreSource {
  /** Its name as the user gave it. */
  readonly name: string
  readonly kind: 'archive' | 'file' | 'original' | 'export' | 'jsonl' | 'parquet' | 'collection'
  /** Equal only for the same content: progress is saved under it. Undefined if unknown. */
  readonly identity: string | undefined
  /** True for a pipe, whose bytes can be read only once. */
  readonly once?: boolean
  readonly schema: CollectionSchema
  readonly manifest?: Manifest
  /** If a list selects parts of it: the identity of that list. */
  readonly chosen?: string
  readonly tenants?: readonly Tenant[]
  readonly aliases: readonly string[]
  /** The approximate number of objects, for progress displays. */
  readonly about?: number
  readonly parts: readonly SourcePart[]
  /** True if no object has vectors, because the archive was made without them. */
  readonly withoutVectors?: boolean
  /** The part of the collection that it holds, if not all. */
  readonly selection?: ArchiveSelection | undefined
  /**
   * True if its parts give only the objects that may have changed; their `ids` give all. Known once these were read.
   */
  isSparse?(): boolean
  /**
   * For a source that may change while it is read: the objects with these ids that exist now, all of one tenant or of
   * none.
   */
  find?(
    ids: readonly string[],
    tenant: string | undefined,
    projection: Projection,
  ): Promise<readonly StoredObject[]>
  /** For a derived class: reads the same objects as those of an existing collection. */
  ofClass?(schema: CollectionSchema): RestoreSource
  /** What the last reading changed in its objects, by kind. */
  changes?(): Partial<Record<ForeignChange, number>>
  /**
   * Checks all of its bytes before a class is made for it, if they come from several archives: a base may have been
   * damaged unnoticed.
   * @throws ElysiaError ELYSIA_DAMAGED
   */
  check?(signal?: AbortSignal): Promise<void>
  close?(): Promise<void>
}

/** True for bytes that can be read only once, or that cannot be identified. */
export function isOnce({ identity, once }: RestoreSource): boolean {
  return identity === undefined || once === true
}

/** The id of an archive; for a source without one, the name that the user gave. */
export function archiveName({ kind, identity, name }: RestoreSource): string {
  return kind === 'archive' || kind === 'file' ? (identity ?? name) : name
}
