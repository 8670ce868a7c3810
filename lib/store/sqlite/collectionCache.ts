import type { SqliteDatabase, SqliteStatement } from '../../database/connection.ts'
import type { CollectionSchema } from '../store.ts'
import { rulesOf } from '../validation/classRules.ts'
import { classesOf } from './classes.ts'
import { SqliteObjects } from './collection.ts'

/** The collections of a file as they were last read. They are kept until another process has changed the file. */
export class CollectionCache {
  readonly #database: SqliteDatabase
  readonly #target: string
  readonly #dataVersion: SqliteStatement
  readonly #known = new Map<string, SqliteObjects>()
  #seenVersion: unknown

  constructor(database: SqliteDatabase, target: string) {
    this.#database = database
    this.#target = target
    this.#dataVersion = database.prepare('PRAGMA data_version').pluck()
  }

  /** Undefined if there is none of that name. */
  find(name: string): SqliteObjects | undefined {
    const version = this.#dataVersion.get()
    if (version !== this.#seenVersion) this.forgetAll()
    this.#seenVersion = version
    const cached = this.#known.get(name)
    if (cached !== undefined) return cached
    const row = classesOf(this.#database).find((found) => found.name === name)
    if (row === undefined) return undefined
    const rules = rulesOf(JSON.parse(row.schema) as CollectionSchema)
    const objects = new SqliteObjects(this.#database, row.number, rules, this.#target)
    this.#known.set(name, objects)
    return objects
  }

  forget(name: string): void {
    this.#known.delete(name)
  }

  forgetAll(): void {
    this.#known.clear()
  }
}
