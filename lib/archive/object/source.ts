import type { StoredObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import type { Source } from '../../core/stage.ts'

/** Ids strictly greater than `after`, up to and including `upTo`, both optional, of one tenant where there are tenants. */
export interface ObjectRange {
  readonly tenant?: string
  readonly after?: string
  readonly upTo?: string
}

/**
 * Objects in order of id, wherever they are: a collection of a store, an archive, a single file; later a chain of
 * increments as one. What compares two of them, or makes a third, reads ranges of both side by side.
 * Every member passes test/contract/objectSource.ts.
 */
export interface ObjectSource {
  /** The class of the objects. */
  readonly schema: CollectionSchema
  /**
   * Where it is cut: together they hold each object once. Those of a tenant follow one another in order of id. They are
   * read fastest in this order.
   */
  readonly ranges: readonly ObjectRange[]
  /** True where ranges that are read in order are one reading, and several at once are as many readings of everything. */
  readonly isSequential?: boolean
  /**
   * The objects of a range, one of `ranges` or any other: arrays, never empty, in strictly increasing order of id.
   * Several may be read at once. It opens nothing before it is first read, and closes that at its end, by an error and
   * by `destroy`. Memory: two pages, and what the member says.
   */
  pages(range: ObjectRange): Source<readonly StoredObject[]>
  /** Closes what is kept open between ranges. */
  close(): Promise<void>
}
