import { type CollectionSchema, isReference } from '../../core/schema.ts'
import type { SqliteDatabase } from '../../database/connection.ts'

/** The tables that format 2 adds to format 1. */
export const ALIASES_TABLE = `
  CREATE TABLE aliases (
    alias TEXT PRIMARY KEY COLLATE NOCASE,
    collection TEXT NOT NULL
  ) WITHOUT ROWID;
`

interface ClassRow {
  readonly number: number
  readonly schema: string
}

/**
 * Migrates format 1 to 2, within the caller's transaction: tenants get states, objects get times and separate
 * references, and there are aliases. The creation time of existing objects is unknown, and stays so.
 */
export function migrateFrom1(database: SqliteDatabase): void {
  database.exec(`${ALIASES_TABLE} ALTER TABLE tenants ADD COLUMN state TEXT NOT NULL DEFAULT 'active'`)
  const classes = database.prepare('SELECT number, schema FROM collections').all() as ClassRow[]
  for (const { number, schema } of classes) {
    const table = `objects_${number}`
    for (const column of ['created INTEGER', 'updated INTEGER', 'links TEXT']) {
      database.exec(`ALTER TABLE ${table} ADD COLUMN ${column}`)
    }
    for (const { name } of ((JSON.parse(schema) as CollectionSchema).properties ?? []).filter(isReference)) {
      moveReferences(database, table, `$."${name}"`)
    }
  }
}

/** Format 1 kept references among the properties. */
function moveReferences(database: SqliteDatabase, table: string, path: string): void {
  const move = database.prepare(
    `UPDATE ${table} SET links = json_set(coalesce(links, '{}'), $path, json_extract(properties, $path))
     WHERE json_type(properties, $path) = 'array'`,
  )
  move.run({ path })
  const remove = `UPDATE ${table} SET properties = json_remove(properties, $path)
     WHERE json_type(properties, $path) IS NOT NULL`
  database.prepare(remove).run({ path })
}
