import type { Line, LineOf } from './line.ts'
import type { Operation } from './operation.ts'
import type { Reject } from './reject.ts'

/** A control record: the commit a repository has reached. It changes no object. */
export interface Changeset {
  readonly repo: string | undefined
  readonly commit: string
}

/** A line on its way to a store: an operation, or the commit that was reached. */
export interface Entry extends Line {
  readonly operation?: Operation
  /** Why the change is not indexed; its operation then removes the object that was there. */
  readonly skipped?: string
  readonly changeset?: Changeset
  /**
   * The later record that replaces this one, which is not applied: an operation, if any, is what else has to be done in
   * its place.
   */
  readonly supersededBy?: LineOf
  /** Bytes of content held beside the line: what was decoded from base64 or read from a file. */
  readonly heldBytes?: number
}

/** A chunk from the last stage before `batch` on: an entry, or a reject in its place. */
export type Item = Entry | Reject
