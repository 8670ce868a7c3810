import { HASH_PROPERTY, type JsonObject, type StoredObject } from '../object.ts'
import type { Rules } from './classRules.ts'
import type { SqliteDatabase, SqliteStatement } from './sqliteDatabase.ts'
import { decodeVector, decodeVectors, encodeVector, encodeVectors } from './sqliteVectors.ts'
import type { What } from './store.ts'

type Row = [
  id: string,
  hash: string | null,
  properties: string | null,
  vector: Buffer | null,
  vectors: Buffer | null,
]

const LEAST = ''
const GREATEST = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** The most objects of a page, and the bytes after which it ends earlier. */
const PAGE_OBJECTS = 500
const PAGE_BYTES = 8 * 1024 * 1024

// One statement looks up so many ids; more of them at once were not faster.
const LOOKUP_IDS = 1000

/** The rows of one collection. Ids go in and out as text: SQLite turns them into bytes faster than Node does. */
export class Rows {
  readonly #database: SqliteDatabase
  readonly #table: string
  readonly #hashed: boolean
  readonly #statements = new Map<string, SqliteStatement>()

  constructor(database: SqliteDatabase, number: number, { schema }: Rules) {
    this.#database = database
    this.#table = `objects_${number}`
    const hash = schema.properties?.find(({ name }) => name === HASH_PROPERTY)
    this.#hashed = hash?.dataType[0] === 'text'
  }

  /** Stores objects one at a time under a tenant. */
  upsert(): (tenant: number, object: StoredObject) => void {
    const statement = this.#prepare(`
      INSERT INTO ${this.#table} (tenant, id, hash, properties, vector, vectors)
      VALUES (?, unhex(?, '-'), ?, ?, ?, ?)
      ON CONFLICT (tenant, id) DO UPDATE SET hash = excluded.hash, properties = excluded.properties,
        vector = excluded.vector, vectors = excluded.vectors`)
    return (tenant, { id, properties, vector, vectors }) => {
      const hash = properties[HASH_PROPERTY]
      statement.run(
        tenant,
        id,
        typeof hash === 'string' ? hash : null,
        JSON.stringify(properties),
        vector === undefined ? null : encodeVector(vector),
        vectors === undefined ? null : encodeVectors(vectors),
      )
    }
  }

  /** Removes ids one at a time; says whether there was anything. */
  remove(): (tenant: number, id: string) => boolean {
    const statement = this.#prepare(`DELETE FROM ${this.#table} WHERE tenant = ? AND id = unhex(?, '-')`)
    return (tenant, id) => statement.run(tenant, id).changes > 0
  }

  lookUp(tenant: number, ids: readonly string[], what: What): StoredObject[] {
    const statement = this.#prepare(`
      SELECT asked.value, ${this.#columns(what)} FROM json_each(?) AS asked CROSS JOIN ${this.#table} AS o
      WHERE o.tenant = ? AND o.id = unhex(asked.value, '-')`).raw()
    const decode = decoder(what)
    const distinct = [...new Set(ids)]
    const found: StoredObject[] = []
    for (let at = 0; at < distinct.length; at += LOOKUP_IDS) {
      const asked = JSON.stringify(distinct.slice(at, at + LOOKUP_IDS))
      for (const row of statement.all(asked, tenant) as Row[]) found.push(decode(row[0], row))
    }
    return found
  }

  /** The next page in the order of ids; short of bytes or objects, never of what is there. */
  page(tenant: number, what: What, after: string | undefined, upTo: string | undefined): StoredObject[] {
    const statement = this.#prepare(`
      SELECT lower(hex(o.id)), ${this.#columns(what)} FROM ${this.#table} AS o
      WHERE o.tenant = ? AND o.id > unhex(?, '-') AND o.id <= unhex(?, '-') ORDER BY o.id LIMIT ${PAGE_OBJECTS}`).raw()
    const decode = decoder(what)
    const page: StoredObject[] = []
    let bytes = 0
    for (const row of statement.iterate(tenant, after ?? LEAST, upTo ?? GREATEST) as Iterable<Row>) {
      page.push(decode(dashed(row[0]), row))
      bytes += (row[2]?.length ?? 0) + (row[3]?.length ?? 0) + (row[4]?.length ?? 0)
      if (bytes >= PAGE_BYTES) break
    }
    return page
  }

  count(tenant: number): number {
    return this.#prepare(`SELECT count(*) FROM ${this.#table} WHERE tenant = ?`).pluck().get(tenant) as number
  }

  countAll(): number {
    return this.#prepare(`SELECT count(*) FROM ${this.#table}`).pluck().get() as number
  }

  #columns({ properties, vectors }: What): string {
    const onlyHash =
      properties !== 'all' && this.#hashed && properties.every((name) => name === HASH_PROPERTY)
    const none = properties !== 'all' && properties.length === 0
    const values = none ? 'NULL, NULL' : onlyHash ? 'o.hash, NULL' : 'NULL, o.properties'
    return `${values}, ${vectors ? 'o.vector, o.vectors' : 'NULL, NULL'}`
  }

  #prepare(sql: string): SqliteStatement {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#database.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

function decoder({ properties: names }: What): (id: string, row: Row) => StoredObject {
  return (id, [, hash, json, vector, vectors]) => ({
    id,
    properties: hash === null ? decodeProperties(json, names) : { [HASH_PROPERTY]: hash },
    ...(vector === null ? undefined : { vector: decodeVector(vector) }),
    ...(vectors === null ? undefined : { vectors: decodeVectors(vectors) }),
  })
}

function decodeProperties(json: string | null, names: What['properties']): JsonObject {
  if (json === null) return {}
  const all = JSON.parse(json) as JsonObject
  if (names === 'all') return all
  const some: JsonObject = {}
  for (const name of names) {
    const value = all[name]
    if (value !== undefined) some[name] = value
  }
  return some
}

function dashed(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
