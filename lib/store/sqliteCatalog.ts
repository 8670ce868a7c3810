import { noCollection, noTenant, type Rules, rulesOf, takenName, tenantOf } from './classRules.ts'
import type { SqliteDatabase, SqliteStatement } from './sqliteDatabase.ts'
import { objectsTable } from './sqliteFormat.ts'
import { Rows } from './sqliteRows.ts'
import type { Call, CollectionSchema, CollectionSummary } from './store.ts'
import type { Widths } from './vectorCheck.ts'

/** A collection as it stands in the file: its rules, its rows, and where its tenants' vectors stand. */
export interface Entry {
  readonly number: number
  readonly rules: Rules
  readonly rows: Rows
  readonly tenants: Map<string, number>
  readonly widths: Map<number, Widths>
}

interface CollectionRow {
  readonly number: number
  readonly schema: string
}

/**
 * Which collections, tenants and vector widths a file holds. What it has read it keeps until another process
 * has written to the file, or a transaction was rolled back. Every method blocks until it is done.
 */
export class Catalog {
  readonly #database: SqliteDatabase
  readonly #target: string
  readonly #entries = new Map<string, Entry>()
  readonly #dataVersion: SqliteStatement
  #seen: unknown

  constructor(database: SqliteDatabase, target: string) {
    this.#database = database
    this.#target = target
    this.#dataVersion = database.prepare('PRAGMA data_version').pluck()
  }

  find(name: string): Entry | undefined {
    this.#refresh()
    const known = this.#entries.get(name)
    if (known !== undefined) return known
    const row = this.#row(name)
    if (row === undefined) return undefined
    const entry = this.#entry(row)
    this.#entries.set(name, entry)
    return entry
  }

  /** @throws ElysiaError ELYSIA_NOT_FOUND */
  require(name: string): Entry {
    const entry = this.find(name)
    if (entry === undefined) throw noCollection(name, this.#target)
    return entry
  }

  /** The number of the call's tenant, 0 where there are none. @throws ElysiaError ELYSIA_STORE, ELYSIA_NOT_FOUND */
  tenant(entry: Entry, call: Call | undefined): number {
    const tenant = tenantOf(entry.rules, call)
    if (!entry.rules.tenanted) return 0
    const number = entry.tenants.get(tenant)
    if (number === undefined) throw noTenant(tenant, entry.rules.schema.class)
    return number
  }

  list(): CollectionSummary[] {
    const names = this.#database
      .prepare('SELECT name FROM collections ORDER BY name')
      .pluck()
      .all() as string[]
    return names.map((name) => {
      const { rules, rows, tenants } = this.require(name)
      return { name, objects: rows.countAll(), ...(rules.tenanted ? { tenants: tenants.size } : {}) }
    })
  }

  /** @throws ElysiaError ELYSIA_CONFLICT */
  create(schema: CollectionSchema): void {
    const there = this.#database
      .prepare('SELECT name FROM collections WHERE name = ?')
      .pluck()
      .get(schema.class)
    if (there !== undefined) throw takenName(schema.class, String(there))
    const { lastInsertRowid } = this.#database
      .prepare('INSERT INTO collections (name, schema) VALUES (?, ?)')
      .run(schema.class, JSON.stringify(schema))
    this.#database.exec(objectsTable(Number(lastInsertRowid)))
  }

  revise(entry: Entry, schema: CollectionSchema): void {
    this.#database
      .prepare('UPDATE collections SET schema = ? WHERE number = ?')
      .run(JSON.stringify(schema), entry.number)
    this.#entries.delete(schema.class)
  }

  drop(entry: Entry): void {
    this.#database.exec(`DROP TABLE objects_${entry.number}`)
    this.#database.prepare('DELETE FROM collections WHERE number = ?').run(entry.number)
    this.#entries.delete(entry.rules.schema.class)
  }

  addTenants(entry: Entry, tenants: readonly string[]): void {
    const insert = this.#database.prepare('INSERT OR IGNORE INTO tenants (collection, name) VALUES (?, ?)')
    for (const tenant of tenants) insert.run(entry.number, tenant)
    this.#entries.delete(entry.rules.schema.class)
  }

  /** The widths of a tenant's vectors. */
  widths(entry: Entry, tenant: number): Widths {
    const known = entry.widths.get(tenant)
    if (known !== undefined) return known
    const rows = this.#database
      .prepare('SELECT vector, width FROM widths WHERE collection = ? AND tenant = ?')
      .raw()
      .all(entry.number, tenant) as [string, number][]
    const widths: Widths = new Map(rows)
    entry.widths.set(tenant, widths)
    return widths
  }

  fixWidths(entry: Entry, tenant: number, fixed: Widths): void {
    const insert = this.#database.prepare('INSERT INTO widths VALUES (?, ?, ?, ?)')
    const known = this.widths(entry, tenant)
    for (const [vector, width] of fixed) {
      insert.run(entry.number, tenant, vector, width)
      known.set(vector, width)
    }
  }

  /** Forgets what it has read: after a rollback it may never have been. */
  forget(): void {
    this.#entries.clear()
  }

  #refresh(): void {
    const version = this.#dataVersion.get()
    if (version === this.#seen) return
    this.#seen = version
    this.#entries.clear()
  }

  // The column compares without case, a handle's name with it.
  #row(name: string): CollectionRow | undefined {
    return this.#database
      .prepare('SELECT number, schema FROM collections WHERE name = ? AND name = ? COLLATE BINARY')
      .get(name, name) as CollectionRow | undefined
  }

  #entry({ number, schema }: CollectionRow): Entry {
    const tenants = this.#database
      .prepare('SELECT name, number FROM tenants WHERE collection = ? ORDER BY name')
      .raw()
      .all(number) as [string, number][]
    const rules = rulesOf(JSON.parse(schema) as CollectionSchema)
    const rows = new Rows(this.#database, number, rules)
    return { number, rules, rows, tenants: new Map(tenants), widths: new Map() }
  }
}
