import { HASH_PROPERTY, type JsonObject, type StoredObject } from '../object.ts'
import { noTenant, objectFault, type Rules, requireIds, tenantOf } from './classRules.ts'
import type { SqliteDatabase, SqliteStatement } from './sqliteDatabase.ts'
import { decodeVector, decodeVectors, encodeVector, encodeVectors } from './sqliteVectors.ts'
import type { Call, Range, RemoveOutcome, What, WriteOutcome } from './store.ts'
import type { Widths } from './vectorCheck.ts'

interface Row {
  readonly id: Buffer
  readonly hash?: string | null
  readonly properties?: string
  readonly vector?: Buffer | null
  readonly vectors?: Buffer | null
}

const PAGE_OBJECTS = 500

/**
 * The objects of one collection, synchronously: the statements on its table and what they mean.
 * Its rules are those of the schema at the time it was opened; the store opens it anew when that changes.
 */
export class SqliteObjects {
  readonly rules: Rules
  readonly #database: SqliteDatabase
  readonly #number: number
  readonly #statements = new Map<string, SqliteStatement>()
  readonly #widths = new Map<number, Widths>()

  constructor(database: SqliteDatabase, number: number, rules: Rules) {
    this.#database = database
    this.#number = number
    this.rules = rules
  }

  /** One page in id order, of ids greater than `after` (a hex string, or none). */
  page(what: What, { after, upTo }: Range, call: Call | undefined): StoredObject[] {
    requireIds(after, upTo)
    const bounds = `${after === undefined ? '' : 'AND id > ? '}${upTo === undefined ? '' : 'AND id <= ? '}`
    const sql = `SELECT ${columns(what)} FROM ${this.#table} WHERE tenant = ? ${bounds}ORDER BY id LIMIT ${PAGE_OBJECTS}`
    const values = [after, upTo].filter((bound) => bound !== undefined).map(bytesOf)
    const rows = this.#statement(sql).all(this.#tenant(call), ...values) as Row[]
    return rows.map((row) => objectOf(row, what, call))
  }

  /** A page that is not full is the last one. */
  isLast(page: readonly StoredObject[]): boolean {
    return page.length < PAGE_OBJECTS
  }

  readMany(ids: readonly string[], what: What, call: Call | undefined): StoredObject[] {
    const tenant = this.#tenant(call)
    const find = this.#statement(`SELECT ${columns(what)} FROM ${this.#table} WHERE tenant = ? AND id = ?`)
    const found: StoredObject[] = []
    for (const id of ids) {
      const row = find.get(tenant, bytesOf(id)) as Row | undefined
      if (row !== undefined) found.push(objectOf(row, what, call))
    }
    return found
  }

  write(objects: readonly StoredObject[], call: Call | undefined): WriteOutcome[] {
    const tenant = this.#tenant(call)
    const upsert = this.#statement(
      `INSERT INTO ${this.#table} (tenant, id, hash, properties, vector, vectors) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (tenant, id) DO UPDATE SET hash = excluded.hash, properties = excluded.properties,
       vector = excluded.vector, vectors = excluded.vectors`,
    )
    return objects.map((object) => this.#writeOne(object, tenant, upsert))
  }

  remove(ids: readonly string[], call: Call | undefined): RemoveOutcome[] {
    const tenant = this.#tenant(call)
    const remove = this.#statement(`DELETE FROM ${this.#table} WHERE tenant = ? AND id = ?`)
    return ids.map((id) => ({ ok: true, existed: remove.run(tenant, bytesOf(id)).changes > 0 }))
  }

  count(call: Call | undefined): number {
    const row = this.#statement(`SELECT count(*) AS n FROM ${this.#table} WHERE tenant = ?`).get(
      this.#tenant(call),
    )
    return (row as { n: number }).n
  }

  /** What transactions that were rolled back had taught is forgotten. */
  forgetWidths(): void {
    this.#widths.clear()
  }

  #writeOne(object: StoredObject, tenant: number, upsert: SqliteStatement): WriteOutcome {
    const fixed: Widths = new Map()
    const reason = objectFault(this.rules, object, this.#widthsOf(tenant), fixed)
    if (reason !== undefined) return { ok: false, reason }
    const { id, properties, vector, vectors } = object
    const hash = properties[HASH_PROPERTY]
    upsert.run(
      tenant,
      bytesOf(id),
      typeof hash === 'string' ? hash : null,
      JSON.stringify(properties),
      vector === undefined ? null : encodeVector(vector),
      vectors === undefined ? null : encodeVectors(vectors),
    )
    if (fixed.size > 0) this.#fix(tenant, fixed)
    return { ok: true }
  }

  #widthsOf(tenant: number): Widths {
    let known = this.#widths.get(tenant)
    if (known === undefined) {
      const rows = this.#statement('SELECT vector, width FROM widths WHERE collection = ? AND tenant = ?')
      known = new Map(
        (rows.all(this.#number, tenant) as { vector: string; width: number }[]).map((row) => [
          row.vector,
          row.width,
        ]),
      )
      this.#widths.set(tenant, known)
    }
    return known
  }

  #fix(tenant: number, fixed: Widths): void {
    const insert = this.#statement('INSERT INTO widths VALUES (?, ?, ?, ?)')
    for (const [vector, width] of fixed) {
      insert.run(this.#number, tenant, vector, width)
      this.#widthsOf(tenant).set(vector, width)
    }
  }

  #tenant(call: Call | undefined): number {
    const name = tenantOf(this.rules, call)
    if (name === '') return 0
    const find = this.#statement('SELECT number FROM tenants WHERE collection = ? AND name = ?')
    const row = find.get(this.#number, name) as { number: number } | undefined
    if (row === undefined) throw noTenant(name, this.rules.schema.class)
    return row.number
  }

  get #table(): string {
    return `objects_${this.#number}`
  }

  #statement(sql: string): SqliteStatement {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#database.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}

/** The columns that hold what is wanted; the hash alone is read without touching the properties. */
function columns({ properties, vectors }: What): string {
  const names = ['id']
  if (onlyHash(properties)) names.push('hash')
  else if (properties.length > 0) names.push('properties')
  if (vectors) names.push('vector', 'vectors')
  return names.join(', ')
}

function onlyHash(properties: What['properties']): boolean {
  return properties !== 'all' && properties.length === 1 && properties[0] === HASH_PROPERTY
}

function objectOf(row: Row, { properties }: What, call: Call | undefined): StoredObject {
  return {
    id: idOf(row.id),
    properties: propertiesOf(row, properties),
    ...(row.vector && { vector: decodeVector(row.vector) }),
    ...(row.vectors && { vectors: decodeVectors(row.vectors) }),
    ...(call?.tenant !== undefined && { tenant: call.tenant }),
  }
}

function propertiesOf({ hash, properties }: Row, wanted: What['properties']): JsonObject {
  if (properties === undefined) return hash === undefined || hash === null ? {} : { [HASH_PROPERTY]: hash }
  const all = JSON.parse(properties) as JsonObject
  if (wanted === 'all') return all
  return Object.fromEntries(
    wanted.filter((name) => Object.hasOwn(all, name)).map((name) => [name, all[name]!]),
  )
}

/** The sixteen bytes of a UUID. */
function bytesOf(id: string): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex')
}

function idOf(bytes: Buffer): string {
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
