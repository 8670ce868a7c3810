import type { StoredObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import type { Source } from '../../core/stage.ts'

/**
 * Ids strictly greater than `after`, up to and including `upTo`, both optional; of one tenant if there are tenants.
 */
export interface ObjectRange {
  readonly tenant?: string
  readonly after?: string
  readonly upTo?: string
}

/**
 * Objects in order of id, wherever they are: in a collection of a store, an archive, a chain of increments or a
 * single file. Code that compares or merges two sources reads ranges of both side by side. Every source passes
 * test/contract/objectSource.ts.
 */
export interface ObjectSource {
  /** The class of the objects. */
  readonly schema: CollectionSchema
  /**
   * The ranges into which it is divided: together they hold each object once. Those of a tenant are consecutive, in
   * order of id. Reading them in this order is fastest.
   */
  readonly ranges: readonly ObjectRange[]
  /**
   * True if reading all ranges in order takes one pass, while each range read at the same time takes a full pass of
   * its own.
   */
  readonly isSequential?: boolean
  /**
   * The objects of a range, whether one of `ranges` or any other: arrays, never empty, in strictly increasing order
   * of id. Several ranges may be read at once. Opens nothing before the first read, and closes it at the end, on an
   * error and on `destroy`. Memory: two pages, and what the source adds.
   */
  pages(range: ObjectRange): Source<readonly StoredObject[]>
  /** Closes whatever stays open between ranges. */
  close(): Promise<void>
}
