import type { Line, LineOf } from './line.ts'
import type { Operation } from './operation.ts'
import type { Reject } from './reject.ts'

/** A control record: the commit that a repository has reached. It changes no object. */
export interface Changeset {
  readonly repo: string | undefined
  readonly commit: string
}

/** A line on its way to a store: an operation, or the commit that was reached. */
export interface Entry extends Line {
  readonly operation?: Operation
  /** Why the change is not indexed; its operation then removes the existing object. */
  readonly skipped?: string
  readonly changeset?: Changeset
  /**
   * The later record that replaces this one, which is not applied; its operation, if any, does what remains to be
   * done.
   */
  readonly supersededBy?: LineOf
  /** Bytes of content held in addition to the line: decoded from base64 or read from a file. */
  readonly heldBytes?: number
}

/** A chunk between the last stage before `batch` and the store: an entry, or a reject in its place. */
export type Item = Entry | Reject
