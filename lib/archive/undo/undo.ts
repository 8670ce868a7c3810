import { join } from 'node:path'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import type { StoredObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'

/** An archive of kind `undo` is a directory of these: what a run is about to change, as it was. */
export const UNDO_HEADER = 'undo.json'
export const UNDO_ENTRIES = 'entries.jsonl'
/** Names of tenants that the run made, a JSON list a line. */
export const UNDO_TENANTS = 'tenants.jsonl'
/** What a rollback left alone, since somebody else had changed it. */
export const UNDO_LEFT = 'left.jsonl'

/** What an object is recognised by once a run has written it. */
export interface Trace {
  /** Of the object as its store gives it back, without references and times. @see objectDigest */
  readonly digest: string
  /** The vectors that the digest is of, `''` for the unnamed one; absent: all that there are. */
  readonly vectors?: readonly string[]
  /** Beacons by reference property, in order; absent: none. */
  readonly links?: Readonly<Record<string, readonly string[]>>
}

/** One object before a run touched it. */
export interface UndoEntry {
  readonly id: string
  readonly tenant?: string
  /** As it was, complete: vectors, references and times; absent where there was none. */
  readonly before?: StoredObject
  /** What the run makes of it; absent where it removes it. */
  readonly wrote?: Trace
}

/** What an archive of kind `undo` says of itself. */
export interface UndoHeader {
  readonly format: 1
  readonly kind: 'undo'
  readonly run: string
  /** The job that changed the collection, and how: `restore`, `overwrite`. */
  readonly job: string
  readonly how: string
  readonly target: string
  readonly class: string
  /** The class as it is while it is changed. */
  readonly schema: CollectionSchema
  readonly started_at: string
  /** How long it is kept after its last change, in milliseconds. */
  readonly keep_ms: number
  /** Set once the run has come to its end. */
  readonly ended_at?: string
  /** Of a run that has ended: entries, and bytes of the file that they are in. */
  readonly entries?: number
  readonly bytes?: number
  /** Tenants that the run has made. */
  readonly tenants_made?: readonly string[]
  /** True while a rollback is under way, or was interrupted. */
  readonly rolling_back?: true
  readonly rolled_back_at?: string
}

/** Where the archives of kind `undo` of a user lie, below the state directory. */
export function undoRoot(stateDirectory: string): string {
  return join(stateDirectory, 'undo')
}

/** The directory of one run's. The name of a run has no character that a file may not have. */
export function undoDirectory(root: string, run: string): string {
  return join(root, run)
}

/** What is on the disk cannot be what a run wrote. */
export function undoDamaged(directory: string, fact: string, cause?: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_DAMAGED', `${directory} ${fact}`, {
    ...(cause !== undefined && { cause }),
    hint: 'what it would put back cannot be trusted; nothing was changed. Compare with a backup: `elysiactl diff`',
  })
}

/** A disk that takes no more ends the run before its batch goes out. */
export function undoUnwritable(directory: string, cause: unknown): ElysiaError {
  const message = `what is about to be changed cannot be kept in ${directory}: ${messageOf(cause)}`
  return new ElysiaError('ELYSIA_STATE', message, {
    cause,
    hint: 'the objects concerned were not changed; make room there and give the same command again, or --no-undo to do without a way back',
  })
}
