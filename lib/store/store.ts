import type { StoredObject } from '../core/object.ts'
import type { CollectionSchema, PropertySchema } from '../core/schema.ts'
import type { StoreCondition } from './condition.ts'
import type { StoreSurvey } from './survey.ts'
import type {
  Alias,
  CallOptions,
  Capabilities,
  CollectionSummary,
  Health,
  Link,
  Projection,
  Range,
  RemoveOutcome,
  Tenant,
  WriteOutcome,
} from './values.ts'

export { type CollectionSchema, isCollectionSchema, type PropertySchema } from '../core/schema.ts'
export type * from './values.ts'

/**
 * The objects of one collection. Ids are ordered by the bytes of the UUID in every store. Every method may throw an
 * ElysiaError; `retryable` means that the same call is safe to repeat. Writes are upserts: they replace the complete
 * object. A call with a tenant for a collection without tenants, or the reverse, is ELYSIA_STORE; a missing collection
 * or tenant is ELYSIA_NOT_FOUND. Objects read from a tenant name it in `tenant`; when writing, only the call names it.
 */
export interface Collection {
  readonly name: string
  /** Objects in id order, one page (a non-empty array) per chunk. Memory: one page. */
  read(projection: Projection, range?: Range, call?: CallOptions): AsyncIterable<StoredObject[]>
  /** The existing objects with those ids, in any order. Any number of ids. */
  readMany(ids: readonly string[], projection: Projection, call?: CallOptions): Promise<StoredObject[]>
  /**
   * Upserts objects with distinct ids; resolves when all have their outcome. An object with a property that the schema
   * lacks or whose type differs, an id that is not a UUID, or a vector that the schema lacks or whose length differs is
   * refused alone: nothing of it is stored, the schema stays as it is. So is one that brings references: they are added
   * by `link`, once all objects are there. Embedded stores keep the times of an object; a server sets both to its own,
   * even when it replaces an object.
   */
  write(objects: readonly StoredObject[], call?: CallOptions): Promise<WriteOutcome[]>
  /**
   * Appends references to existing objects; a `write` of the object removes all of them. The same reference twice is
   * stored twice, even by a repeated call, unless its property has `disableDuplicatedReferences`: to start over, write
   * the object again. Targets need not exist, except that a server requires their collection, and for objects of a
   * tenant the targets themselves. One outcome per link, in the given order; a refused link with several beacons may
   * have added some of them.
   */
  link(links: readonly Link[], call?: CallOptions): Promise<WriteOutcome[]>
  /** Removes distinct ids; a missing one is no error. */
  remove(ids: readonly string[], call?: CallOptions): Promise<RemoveOutcome[]>
  count(call?: CallOptions): Promise<number>
  /**
   * The required width of vectors by name, `''` for the unnamed one: fixed by the first vector ever written, even if
   * that is gone. Absent if a store cannot report it.
   */
  widths?(call?: CallOptions): Promise<ReadonlyMap<string, number>>
  /**
   * The ids of all objects that meet all of these conditions (at least one), and maybe of others that an index cannot
   * tell from them; arrays in id order, each bounded. Present if `supports.filters`. A condition that the indexes of
   * the class cannot answer is ELYSIA_STORE.
   * @see lib/transform/filter/pushDown.ts for those that they can
   */
  idsWhere?(
    conditions: readonly StoreCondition[],
    range?: Range,
    call?: CallOptions,
  ): AsyncIterable<readonly string[]>
  /** How many ids `idsWhere` would return without a range. */
  countWhere?(conditions: readonly StoreCondition[], call?: CallOptions): Promise<number>
}

/** Identifies a store. */
export interface StoreIdentity {
  /** Equal for the same store, as long as nobody makes or removes collections. */
  readonly text: string
  /** Never goes back: reading it before and after reading that of another store shows whether both are the same. */
  readonly clock: number
}

/** What a job is going to do with a store. */
export interface StoreUse {
  readonly collection: string
  readonly does: readonly ('read' | 'make' | 'write' | 'delete' | 'tenants' | 'alias')[]
  /** True if the job continues with nodes down, which are then out of step. */
  readonly degraded?: boolean
}

/** How a transaction ends. */
export interface TransactionOptions {
  /**
   * True to let consecutive transactions be committed as one, at the latest when the store gets another request, or
   * nothing for some milliseconds. If one fails, those that are not committed yet are undone, unless it changed
   * nothing.
   */
  readonly shared?: boolean
  /** For a shared one: called once its work is durable. */
  readonly onCommitted?: () => void
  /** For a shared one: called if its work is undone after it resolved, with the reason. */
  readonly onLost?: (error: unknown) => void
}

/**
 * Where collections live. Names are class names (`SourceCode`), matched exactly; two that differ only in case cannot
 * stand together. Only `createTenants` makes tenants, never a write.
 */
export interface Store {
  /** `memory`, `sqlite` or `weaviate`. */
  readonly kind: string
  /** The target as the user wrote it, without secrets; equal strings mean the same store. */
  readonly target: string
  /** The file of the store, if it is a file of this machine, which other threads may open as well. */
  readonly file?: string
  readonly supports: Capabilities
  /** How many calls may be in flight at once; others wait inside. */
  readonly maxInFlight: number
  /** All collections with their counts. One that is removed meanwhile may be left out. */
  list(): Promise<CollectionSummary[]>
  /** The names of all collections, in any order; counts nothing, which takes a server a call for each. */
  names(): Promise<string[]>
  /** The schema; undefined if there is no such collection. */
  schema(name: string): Promise<CollectionSchema | undefined>
  /** @throws ElysiaError ELYSIA_CONFLICT if a collection of that name exists, in any case. */
  create(schema: CollectionSchema): Promise<void>
  /** @throws ElysiaError ELYSIA_CONFLICT if the collection has a property of that name. */
  addProperty(name: string, property: PropertySchema): Promise<void>
  /** False if there was none. */
  drop(name: string): Promise<boolean>
  tenants(name: string): Promise<string[]>
  /** Creates the tenants that do not exist yet. */
  createTenants(name: string, tenants: readonly string[]): Promise<void>
  /** Removes tenants with their objects; skips missing ones. */
  dropTenants(name: string, tenants: readonly string[]): Promise<void>
  /** All tenants with their states, in order of name. */
  tenantStates(name: string): Promise<Tenant[]>
  /**
   * Changes the states of existing tenants, and waits until they have them: at most ten minutes after the last one
   * changed.
   * @throws ElysiaError ELYSIA_NOT_FOUND, with none changed, if one does not exist
   */
  setTenantStates(name: string, tenants: readonly Tenant[]): Promise<void>
  /**
   * All aliases, in order; none if `supports.aliases` is false. An alias outlives its collection, and then means the
   * next one of that name. Calls of this contract take only names of collections.
   */
  aliases(): Promise<Alias[]>
  /**
   * @throws ElysiaError ELYSIA_CONFLICT if an alias (in any case) or a collection has that name, ELYSIA_NOT_FOUND if
   * the collection does not exist
   */
  createAlias(alias: Alias): Promise<void>
  /**
   * Makes an existing alias mean another collection, in one step: readers find one or the other. False if there is no
   * such alias; no error if it already means this collection.
   * @throws ElysiaError ELYSIA_NOT_FOUND if the collection does not exist
   */
  moveAlias(alias: Alias): Promise<boolean>
  /** False if there was none. */
  dropAlias(alias: string): Promise<boolean>
  /** How many vectors of a collection its index does not contain yet; 0 if indexing is part of writing. */
  unindexed(name: string): Promise<number>
  /** A handle for a collection; makes no call to the store. */
  collection(name: string): Collection
  /**
   * Runs `work` so that everything it does in this store is durable together or not at all. Present if
   * `supports.transactions`. One at a time: a second one, and calls from outside it, wait for its end. One inside
   * another is ELYSIA_STORE.
   */
  transaction?<T>(work: () => Promise<T>, options?: TransactionOptions): Promise<T>
  health(): Promise<Health>
  /**
   * The greatest difference in milliseconds between the clock of this machine and that of any answering node; undefined
   * if one does not report its time. Present if every write sets an object's update time by these clocks, so that an
   * object with the same update time is the same; absent if objects bring their own times.
   */
  clockDifferenceMs?(): Promise<number | undefined>
  /** Identifies the store behind an address, so that two addresses can be compared; undefined if unknown. */
  identity?(): Promise<StoreIdentity | undefined>
  /** How many bytes can still be written where it keeps its objects; undefined, or absent, if unknown. */
  freeBytes?(): Promise<number | undefined>
  /** What prevents this use of the store, each a clause for a sentence; what is unknown is no obstacle. */
  obstacles?(use: StoreUse): Promise<string[]>
  /**
   * Reads everything that decides whether the store, or one collection of it, is healthy; changes nothing. Absent for a
   * store without servers.
   */
  survey?(use?: StoreUse, only?: string): Promise<StoreSurvey>
  /** Closes the store. Every later call except `close` fails with an ElysiaError. */
  close(): Promise<void>
}
