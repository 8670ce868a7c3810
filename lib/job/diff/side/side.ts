import type { ObjectSource } from '../../../archive/object/source.ts'
import type { ArchiveSelection } from '../../../archive/selection.ts'
import type { Retrying } from '../../../async/retry.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { Reject } from '../../../core/reject.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import type { Projection, Store, Tenant } from '../../../store/store.ts'
import type { RequireAllFound } from '../../scan/countedScan.ts'
import type { Selection } from '../../selection/selection.ts'

/** What a comparison requests from a side. */
export interface SideReadOptions {
  readonly projection: Projection
  /** Only objects that all of these select are compared. */
  readonly selections: readonly Selection[]
  /** True if the other side is not divided into ranges, so that this one must be. */
  readonly cut: boolean
  readonly workers: number
  readonly retry: Retrying
  readonly signal: AbortSignal
  /** Receives what is not an object, with its line in the file. */
  readonly onReject: (reject: Reject) => void
}

/** Options for counting in a store. */
export type SideCountOptions = Pick<SideReadOptions, 'retry' | 'signal'>

/** A store and the collection that forms a side. */
export interface LiveCollection {
  readonly store: Store
  readonly class: string
  /** Counts an active tenant, or the collection, before it is read completely. */
  counted(tenant: string | undefined, counting: SideCountOptions): Promise<RequireAllFound>
  /** Reads objects again by id, whether they are selected or not. */
  readMany(
    ids: readonly string[],
    tenant: string | undefined,
    reading: SideReadOptions,
  ): Promise<StoredObject[]>
}

/** A tenant, and its state if known. */
export type SideTenant = Pick<Tenant, 'name'> & Partial<Tenant>

/** One side of a comparison: a collection of a store, an archive, or a file of objects. */
export interface DiffSide {
  /** Its name as the user gave it. */
  readonly name: string
  readonly schema: CollectionSchema
  /** True if no schema was given: it is derived from the objects, and not compared. */
  readonly isSchemaDerived?: boolean
  /** The kind and version of the store that spelled its values, if known. */
  readonly kind?: string
  readonly version?: string
  /**
   * All its tenants, with their states if known. Undefined for a class without tenants, and if only the objects name
   * their tenants.
   */
  readonly tenants?: readonly SideTenant[]
  /** Undefined if unknown. */
  readonly aliases?: readonly string[]
  /** The approximate number of objects. */
  readonly about?: number
  /**
   * The part of its collection that an archive holds; undefined for all. The other side is compared only within that
   * part.
   */
  readonly selection?: ArchiveSelection
  /** True if it was made without vectors. */
  readonly withoutVectors?: boolean
  /** True if its ranges divide the comparison, or it is read in one piece: the other side need not be divided. */
  readonly isCut?: boolean
  /** For a collection that others may write to meanwhile. */
  readonly live?: LiveCollection
  /** Checks that it is complete and unchanged since it was written. @throws ElysiaError ELYSIA_DAMAGED */
  check?(signal: AbortSignal): Promise<void>
  /** Opens its objects, selected or not; may leave out ids that were not requested. */
  open(reading: SideReadOptions): Promise<ObjectSource>
  close(): Promise<void>
}
