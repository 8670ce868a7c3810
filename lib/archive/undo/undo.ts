import { join } from 'node:path'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import type { StoredObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'

/** Describes an undo: an archive of kind `undo` is a directory of these files. */
export const UNDO_HEADER = 'undo.json'
/** Objects as they were before a run changed them: blocks of JSON lines, each with a checksum. @see entry.ts */
export const UNDO_ENTRIES = 'entries.jsonl'
/** Names of the tenants that the run created, one JSON list per line. */
export const UNDO_TENANTS = 'tenants.jsonl'
/** Objects that a rollback did not touch, because somebody else had changed them. */
export const UNDO_LEFT = 'left.jsonl'

/** Recognizes an object after a run has written it. */
export interface Trace {
  /** The digest of the object as its store returns it, without references and times. @see objectDigest */
  readonly digest: string
  /** The vectors in the digest, `''` for the unnamed one; absent means all. */
  readonly vectors?: readonly string[]
  /** Beacons by reference property, in order; absent means none. */
  readonly links?: Readonly<Record<string, readonly string[]>>
}

/** One object before a run touched it. */
export interface UndoEntry {
  readonly id: string
  readonly tenant?: string
  /** The complete object as it was: vectors, references and times; absent if there was none. */
  readonly before?: StoredObject
  /** The object that the run writes; absent if the run removes it. */
  readonly wrote?: Trace
}

/** The header of an archive of kind `undo`. */
export interface UndoHeader {
  readonly format: 1
  readonly kind: 'undo'
  readonly run: string
  /** The job that changed the collection, and how: `restore`, `overwrite`. */
  readonly job: string
  readonly how: string
  readonly target: string
  readonly class: string
  /** The class at the time of the change. */
  readonly schema: CollectionSchema
  readonly started_at: string
  /** How long to keep it after its last change, in milliseconds. */
  readonly keep_ms: number
  /** Set once the run has ended. */
  readonly ended_at?: string
  /** After the run has ended: the number of entries, and the bytes of their file. */
  readonly entries?: number
  readonly bytes?: number
  /** Tenants that the run created. */
  readonly tenants_made?: readonly string[]
  /** True if the run removes objects before it writes them again: until it has ended, an absent one may be its doing. */
  readonly removes_first?: true
  /** True while a rollback is under way, or was interrupted. */
  readonly rolling_back?: true
  readonly rolled_back_at?: string
}

/** The directory with a user's archives of kind `undo`, below the state directory. */
export function undoRoot(stateDirectory: string): string {
  return join(stateDirectory, 'undo')
}

/** The directory for one run. The name of a run contains only characters allowed in file names. */
export function undoDirectory(root: string, run: string): string {
  return join(root, run)
}

/** The error if the content on disk cannot be what a run wrote. */
export function undoDamaged(directory: string, fact: string, cause?: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_DAMAGED', `${directory} ${fact}`, {
    ...(cause !== undefined && { cause }),
    hint: 'what it would put back cannot be trusted; nothing was changed. Compare with a backup: `elysiactl diff`',
  })
}

/** The error if the disk is full or fails: the run ends before its batch is sent. */
export function undoUnwritable(directory: string, cause: unknown): ElysiaError {
  const message = `what is about to be changed cannot be kept in ${directory}: ${messageOf(cause)}`
  return new ElysiaError('ELYSIA_STATE', message, {
    cause,
    hint: 'the objects concerned were not changed; make room there and run the same command again, or use --no-undo to go without an undo',
  })
}
