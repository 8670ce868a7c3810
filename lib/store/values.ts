/** The arguments and results of a store's calls. */

/** Optional capabilities of a store, beyond the common contract. */
export interface Capabilities {
  readonly vectors: boolean
  readonly namedVectors: boolean
  readonly multiVectors: boolean
  /** A class may have an unnamed vector and named ones. */
  readonly mixedVectors: boolean
  readonly tenants: boolean
  readonly references: boolean
  /** A reference property may refuse duplicates (`disableDuplicatedReferences`). */
  readonly distinctReferences: boolean
  readonly aliases: boolean
  /** `transaction` makes several calls one durable step. */
  readonly transactions: boolean
  /** Collections have `idsWhere` and `countWhere`: objects are found by indexes of their values. */
  readonly filters: boolean
}

/** Options of a call. Once `signal` is aborted, the call throws the signal's reason. */
export interface CallOptions {
  readonly signal?: AbortSignal
  readonly tenant?: string
  /**
   * For `readMany`: asks again for an id that is not found if one replica may lack what another has. Set it if the
   * absence of an object decides whether something is written or removed.
   */
  readonly provesAbsence?: boolean
}

/** Which parts of an object to read. */
export interface Projection {
  /** Names of properties, or `all`. */
  readonly properties: readonly string[] | 'all'
  readonly vectors: boolean
  /**
   * Also reads reference properties, each an array of `{beacon: "weaviate://localhost/Class/uuid"}` among the
   * properties, as stored: including beacons whose object is gone. Absent for none. `properties` need not name them. A
   * server is asked for them by REST, one object at a time in `readMany`.
   */
  readonly references?: boolean
  /** Also reads `createdMs` and `updatedMs`; they are absent if the store does not know them. */
  readonly times?: boolean
}

/** Ids strictly greater than `after`, up to and including `upTo`, in byte order; both optional. */
export interface Range {
  readonly after?: string
  readonly upTo?: string
}

/** The outcome of one object of a `write`, in the given order. */
export interface WriteOutcome {
  readonly ok: boolean
  /** The store's own message, if it refused. */
  readonly reason?: string
  /** True if the same object may be accepted later (store read-only, replicas missing …). */
  readonly retryable?: boolean
}

/** The outcome of one id of a `remove`, in the given order. `existed` says whether there was an object. */
export interface RemoveOutcome extends WriteOutcome {
  readonly existed: boolean
}

/** References to add to one property of an existing object. */
export interface Link {
  readonly id: string
  readonly property: string
  /** `weaviate://localhost/Class/uuid`, in order. */
  readonly beacons: readonly string[]
}

/**
 * Only objects of active tenants can be read or written. `offloaded` tenants are stored elsewhere, and take
 * time to activate.
 */
export type TenantState = 'active' | 'inactive' | 'offloaded'

/** A tenant of a collection. */
export interface Tenant {
  readonly name: string
  readonly state: TenantState
}

/** A second name for a collection. */
export interface Alias {
  readonly alias: string
  readonly collection: string
}

/** A collection with its counts. */
export interface CollectionSummary {
  readonly name: string
  /** Absent if some are on nodes that are down, so that they cannot be counted. */
  readonly objects?: number
  readonly tenants?: number
}

/** What a store says about itself. */
export interface Health {
  readonly version: string
  readonly nodes: readonly { readonly name: string; readonly status: string }[]
  /** Names of the modules that a schema may use; absent if the store has no modules. */
  readonly modules?: readonly string[]
}
