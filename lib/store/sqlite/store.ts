import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ElysiaError } from '../../core/errors.ts'
import type { StoredObject } from '../../core/object.ts'
import {
  type DatabaseOptions,
  databaseFile,
  openDatabase,
  type SqliteDatabase,
  type SqliteStatement,
  setWriterCache,
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
  Projection,
  PropertySchema,
  Range,
  Store,
  StoreIdentity,
  Tenant,
  TransactionOptions,
} from '../store.ts'
import {
  closed,
  noCollection,
  requireIds,
  requireTenanted,
  rulesOf,
  widened,
} from '../validation/classRules.ts'
import { addAlias, aliasesOf, removeAlias, turnAlias } from './aliases.ts'
import { addClass, classesOf, removeClass, summaryOf } from './classes.ts'
import { SqliteObjects } from './collection.ts'
import { migrate } from './format.ts'
import { identityOf } from './identity.ts'
import { addTenants, removeTenants, setStates, tenantsOf } from './tenants.ts'
import { TransactionQueue } from './transactions.ts'

/** A store in a SQLite file, and its connection. */
export interface EmbeddedStore extends Store {
  /** Statements of the caller's own take part in a `transaction` that is open. */
  readonly database: SqliteDatabase
  transaction<T>(work: () => Promise<T>, options?: TransactionOptions): Promise<T>
}

/**
 * Opens the embedded store in one SQLite file, and by default creates it where it is missing. `database` is its
 * connection: tables of the caller's own take part in its transactions. Durable when a process is killed; of a
 * power cut the last transactions may be lost, each wholly. Memory: a page of at most 500 objects or about 8 MB at
 * a time, and up to 32 MB of cached file pages.
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
  readonly #queue: TransactionQueue
  readonly #open = new Map<string, SqliteObjects>()
  readonly #dataVersion: SqliteStatement
  #seenVersion: unknown
  #writes = false

  constructor(database: SqliteDatabase, file: string) {
    this.database = database
    this.target = `sqlite:${file}`
    this.#file = file
    if (!database.memory) this.file = file
    this.#queue = new TransactionQueue(database)
    this.#dataVersion = database.prepare('PRAGMA data_version').pluck()
  }

  async freeBytes(): Promise<number | undefined> {
    if (this.file === undefined) return undefined
    const { bavail, bsize } = await statfs(dirname(this.file))
    return bavail * bsize
  }

  list(): Promise<CollectionSummary[]> {
    return this.#step(() =>
      classesOf(this.database).map((row) =>
        summaryOf(this.database, row, this.#find(row.name)?.rules.tenanted === true),
      ),
    )
  }

  schema(name: string): Promise<CollectionSchema | undefined> {
    return this.#step(() => structuredClone(this.#find(name)?.rules.schema))
  }

  create(schema: CollectionSchema): Promise<void> {
    return this.#write(() => addClass(this.database, schema))
  }

  addProperty(name: string, property: PropertySchema): Promise<void> {
    return this.#write(() => {
      const schema = widened(this.#objects(name).rules.schema, property)
      this.database
        .prepare('UPDATE collections SET schema = ? WHERE name = ?')
        .run(JSON.stringify(schema), name)
      this.#open.delete(name)
    })
  }

  drop(name: string): Promise<boolean> {
    return this.#write(() => {
      this.#open.delete(name)
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
      return turnAlias(this.database, alias)
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
      read: (what, range, call) => this.#pages(name, what, range, call),
      readMany: (ids, what, call) => this.#step(() => this.#objects(name).readMany(ids, what, call), call),
      write: (objects, call) => this.#write(() => this.#objects(name).write(objects, call), call),
      link: (links, call) => this.#write(() => this.#objects(name).link(links, call), call),
      remove: (ids, call) => this.#write(() => this.#objects(name).remove(ids, call), call),
      count: (call) => this.#step(() => this.#objects(name).count(call), call),
      widths: (call) => this.#step(() => this.#objects(name).widths(call), call),
    }
  }

  async transaction<T>(work: () => Promise<T>, options?: TransactionOptions): Promise<T> {
    try {
      return await this.#queue.transaction(work, options)
    } catch (error) {
      throw this.#failure(error)
    }
  }

  async health(): Promise<Health> {
    const row = await this.#step(() => this.database.prepare('SELECT sqlite_version() AS version').get())
    return {
      version: `SQLite ${(row as { version: string }).version}`,
      nodes: [{ name: this.#file, status: 'HEALTHY' }],
    }
  }

  async identity(): Promise<StoreIdentity | undefined> {
    return identityOf(this.#file)
  }

  async close(): Promise<void> {
    await this.#queue.step(() => this.database.close())
  }

  async *#pages(
    name: string,
    what: Projection,
    range: Range = {},
    call?: CallOptions,
  ): AsyncGenerator<StoredObject[]> {
    requireIds(range.after, range.upTo)
    let bounds = range
    for (;;) {
      const page = await this.#step(() => this.#objects(name).page(what, bounds, call), call)
      if (page.length === 0) return
      bounds = { ...range, after: page[page.length - 1]!.id }
      yield page
    }
  }

  #objects(name: string): SqliteObjects {
    const objects = this.#find(name)
    if (objects === undefined) throw noCollection(name, this.target)
    return objects
  }

  /** The number of a collection that has tenants. */
  #tenanted(name: string): number {
    const { rules, number } = this.#objects(name)
    requireTenanted(rules)
    return number
  }

  /** Another process may have changed the schema: what is known is kept while the file is as we left it. */
  #find(name: string): SqliteObjects | undefined {
    const version = this.#dataVersion.get()
    if (version !== this.#seenVersion) this.#open.clear()
    this.#seenVersion = version
    const known = this.#open.get(name)
    if (known !== undefined) return known
    const row = classesOf(this.database).find((found) => found.name === name)
    if (row === undefined) return undefined
    const objects = new SqliteObjects(
      this.database,
      row.number,
      rulesOf(JSON.parse(row.schema) as CollectionSchema),
      this.target,
    )
    this.#open.set(name, objects)
    return objects
  }

  async #step<T>(work: () => T, call?: CallOptions): Promise<T> {
    call?.signal?.throwIfAborted()
    try {
      return await this.#queue.step(work)
    } catch (error) {
      throw this.#failure(error)
    }
  }

  async #write<T>(work: () => T, call?: CallOptions): Promise<T> {
    call?.signal?.throwIfAborted()
    try {
      return await this.#queue.step(() => {
        if (!this.#writes) setWriterCache(this.database)
        this.#writes = true
        return this.#queue.atomic(work)
      })
    } catch (error) {
      throw this.#failure(error)
    }
  }

  /** What was learned since may have been rolled back: it is read again. */
  #failure(error: unknown): unknown {
    this.#open.clear()
    const isOurs = error instanceof ElysiaError
    return this.database.open || isOurs ? sqliteFailure(error, this.#file) : closed(this.target)
  }
}
