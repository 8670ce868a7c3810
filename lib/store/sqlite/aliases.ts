import type { SqliteDatabase } from '../../database/connection.ts'
import type { Alias } from '../store.ts'
import { requireFreeAlias } from '../validation/aliasRules.ts'

/** All aliases, in order. */
export function aliasesOf(database: SqliteDatabase): Alias[] {
  return database.prepare('SELECT alias, collection FROM aliases ORDER BY alias').all() as Alias[]
}

/**
 * Adds an alias for a collection.
 * @throws ElysiaError ELYSIA_USAGE for an invalid name, ELYSIA_CONFLICT for one that is taken
 */
export function addAlias(database: SqliteDatabase, addition: Alias, collections: readonly string[]): void {
  requireFreeAlias(addition.alias, aliasesOf(database), collections)
  const insert = database.prepare('INSERT INTO aliases (alias, collection) VALUES (?, ?)')
  insert.run(addition.alias, addition.collection)
}

/** Makes an alias mean another collection; false if there is no such alias. */
export function pointAlias(database: SqliteDatabase, { alias, collection }: Alias): boolean {
  const update = database.prepare('UPDATE aliases SET collection = ? WHERE alias = ? COLLATE BINARY')
  return update.run(collection, alias).changes > 0
}

/** Removes an alias; false if there was none. */
export function removeAlias(database: SqliteDatabase, alias: string): boolean {
  return database.prepare('DELETE FROM aliases WHERE alias = ? COLLATE BINARY').run(alias).changes > 0
}
