import type { Change } from '../../../archive/foreign/changes.ts'
import type { Manifest } from '../../../archive/manifest.ts'
import type { ObjectRange } from '../../../archive/object/source.ts'
import type { ArchiveSelection } from '../../../archive/selection.ts'
import type { Threads } from '../../../async/thread/threads.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { Reject } from '../../../core/reject.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import type { Source } from '../../../core/stage.ts'
import type { Projection, Tenant } from '../../../store/store.ts'

/** What is read as one: a file of an archive, or a single file or pipe as a whole. */
export interface SourcePart {
  /** What it is called in errors and in the progress that is kept. */
  readonly name: string
  readonly tenant?: string
  /** The ids that it holds lie between these; absent where nobody says. */
  readonly covers?: Pick<ObjectRange, 'after' | 'upTo'>
  /** Objects in it; undefined where nobody says before it was read. */
  readonly objects?: number
  /** True where nobody says that an id stands in it once. */
  readonly mayRepeat?: boolean
  /** Where an object that it gave was found, for a person: `row 17`. */
  placeOf?(object: StoredObject): string | undefined
  /**
   * Looks at its bytes before anything of it is written; absent where they can be had only once.
   * @throws ElysiaError ELYSIA_DAMAGED, naming the part
   */
  check?(signal?: AbortSignal): Promise<void>
  /**
   * Its objects, page by page. The stream errors with ELYSIA_DAMAGED where they are damaged, at the latest at its end.
   * `onReject` is called with what is no object, where such a thing may stand between others.
   */
  pages(onReject: (reject: Reject) => void): Promise<Source<readonly StoredObject[]>>
  /** The same without anything but ids, where that takes less. */
  ids?(): Promise<Source<readonly StoredObject[]>>
  /**
   * The same as `check` and `pages`, one after the other, in a thread. Absent where only this thread has the bytes, or
   * something may stand between the objects.
   */
  inThread?(threads: Threads): Source<readonly StoredObject[]>
}

/** Objects and their class, wherever they come from. */
export interface RestoreSource {
  /** As a person named it. */
  readonly name: string
  readonly kind: 'archive' | 'file' | 'original' | 'export' | 'jsonl' | 'parquet' | 'collection'
  /** Equal for the same content only: progress is kept under it. Undefined where nobody can say. */
  readonly identity: string | undefined
  /** True for a pipe, whose bytes can be had only once. */
  readonly once?: boolean
  readonly schema: CollectionSchema
  readonly manifest?: Manifest
  /** Of one that a list selects parts of: what that list is recognised by. */
  readonly chosen?: string
  readonly tenants?: readonly Tenant[]
  readonly aliases: readonly string[]
  /** About how many objects there are, for a person who waits. */
  readonly about?: number
  readonly parts: readonly SourcePart[]
  /** True where no object has vectors, because the archive was made without them. */
  readonly withoutVectors?: boolean
  /** What of its collection it holds, where that is not all. */
  readonly selection?: ArchiveSelection | undefined
  /**
   * True where its parts give only some of its objects, those that may have changed; their `ids` give all. Known once
   * these were read.
   */
  isSparse?(): boolean
  /** Of what may change while it is read: what of these ids is there now, all of one tenant or of none. */
  find?(
    ids: readonly string[],
    tenant: string | undefined,
    what: Projection,
  ): Promise<readonly StoredObject[]>
  /** Of objects whose class is derived: the same as objects of another, that of a collection which is there. */
  ofClass?(schema: CollectionSchema): RestoreSource
  /** What the last reading of it has changed of its objects, by kind. */
  changes?(): Partial<Record<Change, number>>
  /**
   * Looks at all of its bytes before a class is made for it, where they are of several archives: a base may be damaged
   * that nobody has looked at for long. @throws ElysiaError ELYSIA_DAMAGED
   */
  check?(signal?: AbortSignal): Promise<void>
  close?(): Promise<void>
}

/** True for bytes that can be had only once, or that nobody can tell from others. */
export function isOnce({ identity, once }: RestoreSource): boolean {
  return identity === undefined || once === true
}

/** The id of an archive; of a source that has none what a person called it. */
export function archiveName({ kind, identity, name }: RestoreSource): string {
  return kind === 'archive' || kind === 'file' ? (identity ?? name) : name
}
