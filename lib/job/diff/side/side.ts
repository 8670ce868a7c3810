import type { ObjectSource } from '../../../archive/object/source.ts'
import type { ArchiveSelection } from '../../../archive/selection.ts'
import type { Retrying } from '../../../async/retry.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { Reject } from '../../../core/reject.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import type { Projection, Store, Tenant } from '../../../store/store.ts'
import type { RequireAllFound } from '../../scan/countedScan.ts'
import type { Selection } from '../../selection/selection.ts'

/** What a comparison asks a side for. */
export interface Reading {
  readonly projection: Projection
  /** What of the objects is compared: those that all of these select. */
  readonly selections: readonly Selection[]
  /** True where the other side is not cut into ranges, so that this one has to be. */
  readonly cut: boolean
  readonly workers: number
  readonly retry: Retrying
  readonly signal: AbortSignal
  /** Takes what is no object; its line is that of its file. */
  readonly onReject: (reject: Reject) => void
}

/** How a store is asked for counts. */
export type Counting = Pick<Reading, 'retry' | 'signal'>

/** A store, and the collection that a side is there. */
export interface LiveCollection {
  readonly store: Store
  readonly class: string
  /** Counts a tenant of it, which has to be active, or all of it, before all of that is read. */
  counted(tenant: string | undefined, counting: Counting): Promise<RequireAllFound>
  /** Reads objects again, by id, whether they are selected or not. */
  readMany(ids: readonly string[], tenant: string | undefined, reading: Reading): Promise<StoredObject[]>
}

/** A tenant, and its state where that is known. */
export type SideTenant = Pick<Tenant, 'name'> & Partial<Tenant>

/** One side of a comparison: a collection of a store, an archive, or a file of objects. */
export interface DiffSide {
  /** What a person calls it. */
  readonly name: string
  readonly schema: CollectionSchema
  /** True where nobody has said it: it follows from the objects, and is not compared. */
  readonly isSchemaDerived?: boolean
  /** The kind of store that spelled its values, and the version of it, as far as they are known. */
  readonly kind?: string
  readonly version?: string
  /**
   * All that it has, with their states where these are known. Undefined for a class without tenants, and where only the
   * objects say of which tenant they are.
   */
  readonly tenants?: readonly SideTenant[]
  /** Undefined where nothing is known of them. */
  readonly aliases?: readonly string[]
  /** About how many objects there are. */
  readonly about?: number
  /** What of its collection an archive holds; undefined: all of it. The other side is compared as far as that goes. */
  readonly selection?: ArchiveSelection
  /** True where it was made without vectors. */
  readonly withoutVectors?: boolean
  /** True where its ranges are those to compare by, or it is read in one piece: the other side need not be cut. */
  readonly isCut?: boolean
  /** Of a collection that may be written to meanwhile. */
  readonly live?: LiveCollection
  /** Looks whether all of it is as it was written. @throws ElysiaError ELYSIA_DAMAGED */
  check?(signal: AbortSignal): Promise<void>
  /** The objects, selected or not; those of ids that are not asked for may be left out. */
  open(reading: Reading): Promise<ObjectSource>
  close(): Promise<void>
}
