import type { SqliteDatabase } from '../../database/connection.ts'
import type { CollectionSchema, CollectionSummary } from '../store.ts'
import { requireNoAlias } from '../validation/aliasRules.ts'
import { requireLegal, takenName } from '../validation/classRules.ts'
import { aliasesOf } from './aliases.ts'
import { objectsTable } from './format.ts'

/** A collection in the file; `schema` is JSON, and `number` names its table. */
export interface ClassRow {
  readonly number: number
  readonly name: string
  readonly schema: string
}

/** All collections, in order of name. */
export function classesOf(database: SqliteDatabase): ClassRow[] {
  return database.prepare('SELECT number, name, schema FROM collections ORDER BY name').all() as ClassRow[]
}

/**
 * Adds a collection and its table.
 * @throws ElysiaError ELYSIA_USAGE for a schema that a server would refuse, ELYSIA_CONFLICT for a name that is taken
 */
export function addClass(database: SqliteDatabase, schema: CollectionSchema): void {
  requireLegal(schema)
  const there = database.prepare('SELECT name FROM collections WHERE name = ?').get(schema.class)
  if (there !== undefined) throw takenName(schema.class, (there as { name: string }).name)
  requireNoAlias(schema.class, aliasesOf(database))
  const insert = database.prepare('INSERT INTO collections (name, schema) VALUES (?, ?)')
  const { lastInsertRowid } = insert.run(schema.class, JSON.stringify(schema))
  database.exec(objectsTable(Number(lastInsertRowid)))
}

/** Drops a collection with its objects; its aliases stay. False if there was none. */
export function removeClass(database: SqliteDatabase, name: string): boolean {
  const row = classesOf(database).find((found) => found.name === name)
  if (row === undefined) return false
  database.exec(`DROP TABLE objects_${row.number}`)
  database.prepare('DELETE FROM collections WHERE number = ?').run(row.number)
  return true
}

/** Replaces the stored schema of the class that it names. */
export function replaceSchema(database: SqliteDatabase, schema: CollectionSchema): void {
  const update = database.prepare('UPDATE collections SET schema = ? WHERE name = ?')
  update.run(JSON.stringify(schema), schema.class)
}

/** A collection with its counts, including that of its tenants if it has some. */
export function summaryOf(
  database: SqliteDatabase,
  { number, name }: ClassRow,
  tenanted: boolean,
): CollectionSummary {
  const count = (sql: string, ...values: number[]) =>
    database
      .prepare(sql)
      .pluck()
      .get(...values) as number
  const objects = count(`SELECT count(*) FROM objects_${number}`)
  if (!tenanted) return { name, objects }
  return { name, objects, tenants: count('SELECT count(*) FROM tenants WHERE collection = ?', number) }
}
