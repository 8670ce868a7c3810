import {
  type DatabaseOptions,
  databaseFile,
  openDatabase,
  type SqliteDatabase,
} from '../../database/connection.ts'
import { sqliteFailure } from '../../database/errors.ts'
import { EMBEDDED_CAPABILITIES } from '../embeddedCapabilities.ts'
import type {
  Alias,
  CallOptions,
  Capabilities,
  Collection,
  CollectionSchema,
  CollectionSummary,
  Health,
  PropertySchema,
  Store,
  StoreIdentity,
  Tenant,
  TransactionOptions,
} from '../store.ts'
import { noCollection, requireTenanted, withProperty } from '../validation/classRules.ts'
import { addAlias, aliasesOf, pointAlias, removeAlias } from './aliases.ts'
import { addClass, classesOf, removeClass, replaceSchema, summaryOf } from './classes.ts'
import type { SqliteObjects } from './collection.ts'
import { CollectionCache } from './collectionCache.ts'
import { migrate } from './format.ts'
import { freeBytesBeside, healthOf, identityOf } from './identity.ts'
import { rangePages } from './pages.ts'
import { SerializedDatabase } from './steps.ts'
import { addTenants, removeTenants, setStates, tenantsOf } from './tenants.ts'

/** A store in a SQLite file, and its connection. */
export interface EmbeddedStore extends Store {
  /** The caller's own statements take part in an open `transaction`. */
  readonly database: SqliteDatabase
  transaction<T>(work: () => Promise<T>, options?: TransactionOptions): Promise<T>
}

/**
 * Opens the embedded store in one SQLite file, and by default creates it if it is missing. `database` is its
 * connection: the caller's own tables take part in its transactions. It is durable when a process is killed; a power
 * cut may lose the last transactions, each of them entirely. Memory: a page of at most 500 objects or about 8 MB at a
 * time, and up to 32 MB of cached file pages.
 * @throws ElysiaError ELYSIA_STORE (no database, of a newer version, no right), ELYSIA_LOCKED, ELYSIA_NOT_FOUND
 */
export async function openSqlite(path: string, options: DatabaseOptions = {}): Promise<EmbeddedStore> {
  const file = databaseFile(path)
  const database = openDatabase(file, options)
  try {
    migrate(database, file)
  } catch (error) {
    database.close()
    throw sqliteFailure(error, file)
  }
  return new SqliteStore(database, file)
}

class SqliteStore implements EmbeddedStore {
  readonly kind = 'sqlite'
  readonly target: string
  readonly supports: Capabilities = EMBEDDED_CAPABILITIES
  readonly maxInFlight = 1
  readonly database: SqliteDatabase
  readonly file?: string
  readonly #file: string
  readonly #steps: SerializedDatabase
  readonly #known: CollectionCache

  constructor(database: SqliteDatabase, file: string) {
    this.database = database
    this.target = `sqlite:${file}`
    this.#file = file
    if (!database.memory) this.file = file
    this.#known = new CollectionCache(database, this.target)
    // What was learned since a failure may have been rolled back: read it again.
    this.#steps = new SerializedDatabase(database, this.target, file, () => this.#known.forgetAll())
  }

  async freeBytes(): Promise<number | undefined> {
    return this.file === undefined ? undefined : freeBytesBeside(this.file)
  }

  names(): Promise<string[]> {
    return this.#step(() => classesOf(this.database).map(({ name }) => name))
  }

  list(): Promise<CollectionSummary[]> {
    return this.#step(() =>
      classesOf(this.database).map((row) =>
        summaryOf(this.database, row, this.#known.find(row.name)?.rules.tenanted === true),
      ),
    )
  }

  schema(name: string): Promise<CollectionSchema | undefined> {
    return this.#step(() => structuredClone(this.#known.find(name)?.rules.schema))
  }

  create(schema: CollectionSchema): Promise<void> {
    return this.#write(() => addClass(this.database, schema))
  }

  addProperty(name: string, property: PropertySchema): Promise<void> {
    return this.#write(() => {
      const schema = withProperty(this.#objects(name).rules.schema, property)
      replaceSchema(this.database, schema)
      this.#known.forget(name)
    })
  }

  drop(name: string): Promise<boolean> {
    return this.#write(() => {
      this.#known.forget(name)
      return removeClass(this.database, name)
    })
  }

  tenants(name: string): Promise<string[]> {
    return this.tenantStates(name).then((tenants) => tenants.map((tenant) => tenant.name))
  }

  tenantStates(name: string): Promise<Tenant[]> {
    return this.#step(() => tenantsOf(this.database, this.#tenanted(name)))
  }

  setTenantStates(name: string, tenants: readonly Tenant[]): Promise<void> {
    return this.#write(() => setStates(this.database, { number: this.#tenanted(name), name }, tenants))
  }

  createTenants(name: string, tenants: readonly string[]): Promise<void> {
    return this.#write(() => addTenants(this.database, this.#tenanted(name), tenants))
  }

  dropTenants(name: string, tenants: readonly string[]): Promise<void> {
    return this.#write(() => removeTenants(this.database, this.#tenanted(name), tenants))
  }

  aliases(): Promise<Alias[]> {
    return this.#step(() => aliasesOf(this.database))
  }

  createAlias(alias: Alias): Promise<void> {
    return this.#write(() => {
      const collections = classesOf(this.database).map(({ name }) => name)
      addAlias(this.database, alias, collections)
      this.#objects(alias.collection)
    })
  }

  moveAlias(alias: Alias): Promise<boolean> {
    return this.#write(() => {
      this.#objects(alias.collection)
      return pointAlias(this.database, alias)
    })
  }

  dropAlias(alias: string): Promise<boolean> {
    return this.#write(() => removeAlias(this.database, alias))
  }

  unindexed(name: string): Promise<number> {
    return this.#step(() => {
      this.#objects(name)
      return 0
    })
  }

  collection(name: string): Collection {
    return {
      name,
      read: (what, range, call) =>
        rangePages(range, (bounds) => this.#step(() => this.#objects(name).page(what, bounds, call), call)),
      readMany: (ids, what, call) => this.#step(() => this.#objects(name).readMany(ids, what, call), call),
      write: (objects, call) => this.#write(() => this.#objects(name).write(objects, call), call),
      link: (links, call) => this.#write(() => this.#objects(name).link(links, call), call),
      remove: (ids, call) => this.#write(() => this.#objects(name).remove(ids, call), call),
      count: (call) => this.#step(() => this.#objects(name).count(call), call),
      widths: (call) => this.#step(() => this.#objects(name).widths(call), call),
    }
  }

  transaction<T>(work: () => Promise<T>, options?: TransactionOptions): Promise<T> {
    return this.#steps.transaction(work, options)
  }

  health(): Promise<Health> {
    return this.#step(() => healthOf(this.database, this.#file))
  }

  async identity(): Promise<StoreIdentity | undefined> {
    return identityOf(this.#file)
  }

  close(): Promise<void> {
    return this.#steps.close()
  }

  #objects(name: string): SqliteObjects {
    const objects = this.#known.find(name)
    if (objects === undefined) throw noCollection(name, this.target)
    return objects
  }

  /** The number of a collection with tenants. */
  #tenanted(name: string): number {
    const { rules, number } = this.#objects(name)
    requireTenanted(rules)
    return number
  }

  #step<T>(work: () => T, call?: CallOptions): Promise<T> {
    return this.#steps.read(work, call)
  }

  #write<T>(work: () => T, call?: CallOptions): Promise<T> {
    return this.#steps.write(work, call)
  }
}
