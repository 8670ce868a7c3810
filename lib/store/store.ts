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
 * The objects of one collection.
 * Order of ids is the byte order of the UUID in every store. Every method may throw an ElysiaError; one with
 * `retryable` means that the same call is safe to repeat. Writes are upserts: the whole object is replaced.
 * A call with the tenant of a collection that has none, or the other way about, is ELYSIA_STORE; a collection
 * or tenant that does not exist is ELYSIA_NOT_FOUND. Objects read from a tenant say so in `tenant`; where
 * they are written is said by the call alone.
 */
export interface Collection {
  readonly name: string
  /** Objects in id order, one page (an array, never empty) a chunk; bounded by one page. */
  read(what: Projection, range?: Range, call?: CallOptions): AsyncIterable<StoredObject[]>
  /** The objects of those ids that exist, in no order. Any number of ids. */
  readMany(ids: readonly string[], what: Projection, call?: CallOptions): Promise<StoredObject[]>
  /**
   * Upserts objects with distinct ids; resolves when all have their outcome. An object with a property that
   * the schema lacks or whose type differs, an id that is no UUID, or a vector that the schema lacks or whose
   * length differs is refused alone: nothing of it is stored, the schema stays as it is. So is one that brings
   * references: they are added by `link`, once all objects are there. Times that an object brings are kept by
   * the embedded stores; a server sets both to its own, also where it replaces an object.
   */
  write(objects: readonly StoredObject[], call?: CallOptions): Promise<WriteOutcome[]>
  /**
   * Appends references to objects that are there; a `write` of the object takes all of them away. The same
   * reference twice is stored twice, also by a call that is repeated, unless its property has
   * `disableDuplicatedReferences`: to begin anew, write the object again. Targets need not exist, save that a
   * server wants their collection, and for objects of a tenant the targets themselves. One outcome a link, in
   * the order given; of a refused link with several beacons some may have been added.
   */
  link(links: readonly Link[], call?: CallOptions): Promise<WriteOutcome[]>
  /** Removes ids (distinct); an id that is not there is no error. */
  remove(ids: readonly string[], call?: CallOptions): Promise<RemoveOutcome[]>
  count(call?: CallOptions): Promise<number>
  /**
   * The length that vectors of each name have to have, `''` for the unnamed one: fixed by the first that was written,
   * also where that is gone. Absent where a store cannot say it.
   */
  widths?(call?: CallOptions): Promise<ReadonlyMap<string, number>>
  /**
   * The ids of all objects that meet all of these conditions, at least one, and maybe of others that an index cannot
   * tell from them; arrays in id order, each bounded. Present where `supports.filters`. A condition that the indexes
   * of the class cannot answer is ELYSIA_STORE.
   * @see lib/transform/filter/pushDown.ts for those that they can
   */
  idsWhere?(
    conditions: readonly StoreCondition[],
    range?: Range,
    call?: CallOptions,
  ): AsyncIterable<readonly string[]>
  /** How many ids `idsWhere` would give without a range. */
  countWhere?(conditions: readonly StoreCondition[], call?: CallOptions): Promise<number>
}

/** What a store is recognised by. */
export interface StoreIdentity {
  /** Equal for the same store, as long as nobody makes or removes collections. */
  readonly text: string
  /** Never goes back: two looks at one store with a look at another between them tell whether that is the same. */
  readonly clock: number
}

/** What a job is going to do with a store. */
export interface StoreUse {
  readonly collection: string
  readonly does: readonly ('read' | 'make' | 'write' | 'delete' | 'tenants' | 'alias')[]
  /** It goes on with nodes down, which are out of step then. */
  readonly degraded?: boolean
}

/** How a transaction ends. */
export interface TransactionOptions {
  /**
   * True: a few that follow each other may be committed in one, at the latest when anything else is asked of the store, or nothing is
   * for some milliseconds. One that fails takes back those that are not committed yet, unless it has changed nothing.
   */
  readonly shared?: boolean
  /** Of a shared one: called once what it did is durable. */
  readonly onCommitted?: () => void
  /** Of a shared one: called where what it did is taken back after it has resolved, with the reason. */
  readonly onLost?: (error: unknown) => void
}

/**
 * Where collections live.
 * Names are class names (`SourceCode`), matched exactly; two that differ only in case cannot stand together.
 * Tenants are made by `createTenants`, never by writing.
 */
export interface Store {
  /** `memory`, `sqlite` or `weaviate`. */
  readonly kind: string
  /** The target as a person wrote it, without secrets; equal strings mean the same store. */
  readonly target: string
  /** The file that it is, where it is one of this machine, which other threads may open as well. */
  readonly file?: string
  readonly supports: Capabilities
  /** How many calls may be in flight at once; more wait their turn inside. */
  readonly maxInFlight: number
  list(): Promise<CollectionSummary[]>
  /** The schema, or undefined where there is no such collection. */
  schema(name: string): Promise<CollectionSchema | undefined>
  /** @throws ElysiaError ELYSIA_CONFLICT where a collection of that name, in any case, exists. */
  create(schema: CollectionSchema): Promise<void>
  /** @throws ElysiaError ELYSIA_CONFLICT where the collection has a property of that name. */
  addProperty(name: string, property: PropertySchema): Promise<void>
  /** False where there was none. */
  drop(name: string): Promise<boolean>
  tenants(name: string): Promise<string[]>
  /** Creates the tenants that do not exist yet. */
  createTenants(name: string, tenants: readonly string[]): Promise<void>
  /** Removes tenants with all that they hold; those that do not exist are passed over. */
  dropTenants(name: string, tenants: readonly string[]): Promise<void>
  /** All tenants with their states, in order of name. */
  tenantStates(name: string): Promise<Tenant[]>
  /**
   * Changes the states of existing tenants, and waits until they have them: at most ten minutes after the
   * last one changed.
   * @throws ElysiaError ELYSIA_NOT_FOUND, with none changed, where one is not there
   */
  setTenantStates(name: string, tenants: readonly Tenant[]): Promise<void>
  /**
   * All aliases, in order; none where `supports.aliases` is false. An alias outlives its collection, and then
   * means the next one of that name. Calls of this contract take names of collections only.
   */
  aliases(): Promise<Alias[]>
  /**
   * @throws ElysiaError ELYSIA_CONFLICT where the name is taken by an alias (in whatever case) or a collection,
   * ELYSIA_NOT_FOUND where the collection is not there
   */
  createAlias(alias: Alias): Promise<void>
  /**
   * Makes an alias that is there mean another collection, in one step: whoever reads through it meanwhile finds the one
   * or the other. False where there is no such alias; that it means this collection already is no error.
   * @throws ElysiaError ELYSIA_NOT_FOUND where the collection is not there
   */
  moveAlias(alias: Alias): Promise<boolean>
  /** False where there was none. */
  dropAlias(alias: string): Promise<boolean>
  /** How many vectors of a collection its index does not hold yet; 0 if indexing is part of writing. */
  unindexed(name: string): Promise<number>
  /** A handle for a collection; makes no call to the store. */
  collection(name: string): Collection
  /**
   * Runs `work` so that all it does in this store is durable together or not at all. Present where
   * `supports.transactions`. One at a time: a second one, and calls from outside it, wait for its end.
   * One inside another is ELYSIA_STORE.
   */
  transaction?<T>(work: () => Promise<T>, options?: TransactionOptions): Promise<T>
  health(): Promise<Health>
  /**
   * By how many milliseconds the clock of a node differs from that of this machine, at most: the greatest difference of
   * all nodes that answer; undefined where one does not say its time. Present where every write of an object sets its
   * update time by these clocks, so that an object with the same update time is the same; absent where objects bring
   * times of their own.
   */
  clockDifferenceMs?(): Promise<number | undefined>
  /** What tells whether two addresses lead to the same store; undefined where that cannot be known. */
  identity?(): Promise<StoreIdentity | undefined>
  /** Bytes that can still be written where it keeps its objects; undefined, or absent, where that cannot be known. */
  freeBytes?(): Promise<number | undefined>
  /** What keeps the store from such a use, a clause for a sentence each; what cannot be known is no obstacle. */
  obstacles?(use: StoreUse): Promise<string[]>
  /** A look at all that decides whether the store is well, or one collection of it; changes nothing. Absent where a store has no servers. */
  survey?(use?: StoreUse, only?: string): Promise<StoreSurvey>
  /** Closes the store. Every later call except `close` fails with an ElysiaError. */
  close(): Promise<void>
}
