import { publishBytes } from '../../core/channel/bytes.ts'
import { messageOf } from '../../core/errors.ts'
import { scaledToMemory } from '../../core/memory/limits.ts'
import { HASH_PROPERTY, type StoredObject } from '../../core/object.ts'
import { propertiesJson, recordHash } from '../../core/properties/lazyProperties.ts'
import { isReference } from '../../core/schema.ts'
import { slices } from '../../core/value/slices.ts'
import type { SqliteDatabase, SqliteStatement } from '../../database/connection.ts'
import { sqliteCode } from '../../database/errors.ts'
import type { CallOptions, Link, Projection, Range, RemoveOutcome, WriteOutcome } from '../store.ts'
import { linkFault, objectFault, type Rules, tenantOf } from '../validation/classRules.ts'
import type { ObjectLinks } from '../validation/references.ts'
import type { Widths } from '../validation/vectors.ts'
import { dashedUuid, type Row, rowBytes, rowDecoder } from './row.ts'
import { activeTenant } from './tenants.ts'
import { encodeVector, encodeVectors } from './vectors.ts'

// The limits of a page: the number of objects, or the bytes of their texts and vectors.
const PAGE_OBJECTS = 500
const PAGE_BYTES = 8 * 1024 * 1024

// How many ids one statement looks up; more were not faster.
const LOOKUP_IDS = 1000

const GREATEST = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

const STORED: WriteOutcome = Object.freeze({ ok: true })

/**
 * The objects of one collection, synchronously: the statements on its table and what they mean. Ids go in and out as
 * text: SQLite turns them into bytes faster than Node does. Its rules are those of the schema when it was opened; the
 * store opens it again when the schema changes.
 */
export class SqliteObjects {
  readonly rules: Rules
  readonly #database: SqliteDatabase
  /** The place that its traffic is counted for. */
  readonly #place: string
  readonly number: number
  readonly #hashIsText: boolean
  readonly #refers: boolean
  readonly #statements = new Map<string, SqliteStatement>()
  readonly #widths = new Map<number, Widths>()

  constructor(database: SqliteDatabase, number: number, rules: Rules, place: string) {
    this.#database = database
    this.#place = place
    this.number = number
    this.rules = rules
    const hash = rules.schema.properties?.find(({ name }) => name === HASH_PROPERTY)
    this.#refers = rules.schema.properties?.some(isReference) === true
    this.#hashIsText = hash?.dataType[0] === 'text'
  }

  /** One page in id order, of at most 500 objects or about 8 MB; empty only if nothing is left. */
  page(
    projection: Projection,
    { after = '', upTo = GREATEST }: Range,
    call: CallOptions | undefined,
  ): StoredObject[] {
    const statement = this.#statement(
      `SELECT lower(hex(id)), ${this.#columns(projection)} FROM ${this.#table}
       WHERE tenant = ? AND id > unhex(?, '-') AND id <= unhex(?, '-') ORDER BY id LIMIT ${PAGE_OBJECTS}`,
    ).raw()
    const decode = rowDecoder(projection, call, this.rules.numbers)
    const page: StoredObject[] = []
    const most = scaledToMemory(PAGE_BYTES)
    let bytes = 0
    for (const row of statement.iterate(this.#tenant(call), after, upTo) as Iterable<Row>) {
      page.push(decode(dashedUuid(row[0]), row))
      bytes += rowBytes(row)
      if (bytes >= most) break
    }
    publishBytes(this.#place, bytes, 0)
    return page
  }

  readMany(ids: readonly string[], projection: Projection, call: CallOptions | undefined): StoredObject[] {
    const statement = this.#statement(
      `SELECT asked.value, ${this.#columns(projection)} FROM json_each(?) AS asked CROSS JOIN ${this.#table}
       WHERE tenant = ? AND ${this.#table}.id = unhex(asked.value, '-')`,
    ).raw()
    const tenant = this.#tenant(call)
    const decode = rowDecoder(projection, call, this.rules.numbers)
    const distinct = [...new Set(ids)]
    const objects: StoredObject[] = []
    for (const some of slices(distinct, LOOKUP_IDS)) {
      const idList = JSON.stringify(some)
      const rows = statement.all(idList, tenant) as Row[]
      let bytes = 0
      for (const row of rows) {
        objects.push(decode(row[0], row))
        bytes += rowBytes(row)
      }
      publishBytes(this.#place, bytes, 0)
    }
    return objects
  }

  write(objects: readonly StoredObject[], call: CallOptions | undefined): WriteOutcome[] {
    const tenant = this.#tenant(call)
    const undated = this.#upsert(false)
    const dated = this.#upsert(true)
    const now = Date.now()
    const knownWidths = this.#widthsOf(tenant)
    const fixed: Widths = new Map()
    const written = { bytes: 0 }
    const outcomes = objects.map((object): WriteOutcome => {
      const statement = object.createdMs === undefined ? undated : dated
      const reason =
        objectFault(this.rules, object, knownWidths, fixed) ??
        storeOne(statement, tenant, object, now, written)
      if (reason === undefined && fixed.size > 0) this.#fix(tenant, fixed)
      fixed.clear()
      return reason === undefined ? STORED : { ok: false, reason }
    })
    publishBytes(this.#place, 0, written.bytes)
    return outcomes
  }

  link(links: readonly Link[], call: CallOptions | undefined): WriteOutcome[] {
    const tenant = this.#tenant(call)
    const rowOfId = `${this.#table} WHERE tenant = ? AND id = unhex(?, '-')`
    const select = this.#statement(`SELECT links FROM ${rowOfId}`)
    const update = this.#statement(
      `UPDATE ${this.#table} SET links = ?, updated = ? WHERE tenant = ? AND id = unhex(?, '-')`,
    )
    const now = Date.now()
    return links.map((link) => {
      const row = select.get(tenant, link.id) as { links: string | null } | undefined
      const reason = linkFault(this.rules, link, row !== undefined)
      if (reason !== undefined) return { ok: false, reason }
      const before = row!.links === null ? undefined : (JSON.parse(row!.links) as ObjectLinks)
      update.run(JSON.stringify(this.rules.links.added(before, link)), now, tenant, link.id)
      return STORED
    })
  }

  remove(ids: readonly string[], call: CallOptions | undefined): RemoveOutcome[] {
    const tenant = this.#tenant(call)
    const remove = this.#statement(`DELETE FROM ${this.#table} WHERE tenant = ? AND id = unhex(?, '-')`)
    return ids.map((id) => ({ ok: true, existed: remove.run(tenant, id).changes > 0 }))
  }

  count(call: CallOptions | undefined): number {
    const row = this.#statement(`SELECT count(*) AS n FROM ${this.#table} WHERE tenant = ?`).get(
      this.#tenant(call),
    )
    return (row as { n: number }).n
  }

  widths(call: CallOptions | undefined): Widths {
    return new Map(this.#widthsOf(this.#tenant(call)))
  }

  /** A replaced object keeps its creation time by default, and loses its references. */
  #upsert(dated: boolean): SqliteStatement {
    const more = `${dated ? ', created = excluded.created' : ''}${this.#refers ? ', links = NULL' : ''}`
    return this.#statement(
      `INSERT INTO ${this.#table} (tenant, id, hash, created, updated, properties, vector, vectors)
       VALUES (?, unhex(?, '-'), ?, ?, ?, ?, ?, ?)
       ON CONFLICT (tenant, id) DO UPDATE SET hash = excluded.hash, updated = excluded.updated,
       properties = excluded.properties, vector = excluded.vector, vectors = excluded.vectors${more}`,
    )
  }

  #widthsOf(tenant: number): Widths {
    let widths = this.#widths.get(tenant)
    if (widths === undefined) {
      const rows = this.#statement('SELECT vector, width FROM widths WHERE collection = ? AND tenant = ?')
      widths = new Map(
        (rows.all(this.number, tenant) as { vector: string; width: number }[]).map((row) => [
          row.vector,
          row.width,
        ]),
      )
      this.#widths.set(tenant, widths)
    }
    return widths
  }

  #fix(tenant: number, fixed: Widths): void {
    const insert = this.#statement('INSERT INTO widths VALUES (?, ?, ?, ?)')
    for (const [vector, width] of fixed) {
      insert.run(this.number, tenant, vector, width)
      this.#widthsOf(tenant).set(vector, width)
    }
  }

  #tenant(call: CallOptions | undefined): number {
    const name = tenantOf(this.rules, call)
    if (name === '') return 0
    const find = this.#statement('SELECT number, state FROM tenants WHERE collection = ? AND name = ?')
    return activeTenant(find.get(this.number, name), name, this.rules.schema.class)
  }

  /** The columns after the id; reading only the hash does not touch the properties. */
  #columns({ properties, vectors, references, times }: Projection): string {
    const beside = `${references ? 'links' : 'NULL'}, ${times ? 'created, updated' : 'NULL, NULL'}`
    const held = `${vectors ? 'vector, vectors' : 'NULL, NULL'}, ${beside}`
    if (properties.length === 0) return `NULL, NULL, ${held}`
    const onlyHash = properties !== 'all' && properties.every((name) => name === HASH_PROPERTY)
    return onlyHash && this.#hashIsText ? `hash, NULL, ${held}` : `NULL, properties, ${held}`
  }

  get #table(): string {
    return `objects_${this.number}`
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

/**
 * Stores an object, and adds its size; returns what is wrong with it if it alone is too large, for SQLite or for Node's
 * strings.
 */
function storeOne(
  upsert: SqliteStatement,
  tenant: number,
  object: StoredObject,
  now: number,
  written: { bytes: number },
): string | undefined {
  const { id, vector, vectors, updatedMs = now, createdMs = updatedMs } = object
  const hash = recordHash(object)
  try {
    const json = propertiesJson(object)
    const unnamed = vector === undefined ? null : encodeVector(vector)
    const more = vectors === undefined ? null : encodeVectors(vectors)
    upsert.run(tenant, id, typeof hash === 'string' ? hash : null, createdMs, updatedMs, json, unnamed, more)
    written.bytes += json.length + (unnamed?.length ?? 0) + (more?.length ?? 0)
    return undefined
  } catch (error) {
    if (error instanceof RangeError || sqliteCode(error) === 'SQLITE_TOOBIG') return messageOf(error)
    throw error
  }
}
