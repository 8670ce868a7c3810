import type { SqliteDatabase } from '../../database/connection.ts'

/** How far a migration has come. */
export type MigrationState = 'copying' | 'switched' | 'undone' | 'dropped'

/** The newest migration of an alias. */
export interface Migration {
  readonly alias: string
  /** The class that it meant. */
  readonly before: string
  /** The class that it means, or is to mean. */
  readonly after: string
  /** What is changed: the same command goes on with it. */
  readonly changes: string
  readonly state: MigrationState
}

const TABLE = `
  CREATE TABLE IF NOT EXISTS migrations (
    target TEXT NOT NULL, alias TEXT NOT NULL, facts TEXT NOT NULL, PRIMARY KEY (target, alias)
  ) STRICT, WITHOUT ROWID;
`

/** Migrations of one store, kept so that one that was interrupted goes on, and one that is done can be taken back. */
export class Migrations {
  readonly #database: SqliteDatabase
  readonly #target: string

  constructor(database: SqliteDatabase, target: string) {
    this.#database = database
    this.#target = target
    database.exec(TABLE)
  }

  of(alias: string): Migration | undefined {
    const row = this.#database
      .prepare('SELECT facts FROM migrations WHERE target = ? AND alias = ?')
      .get(this.#target, alias) as { readonly facts: string } | undefined
    return row && (JSON.parse(row.facts) as Migration)
  }

  keep(migration: Migration): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO migrations VALUES (?, ?, ?)')
      .run(this.#target, migration.alias, JSON.stringify(migration))
  }
}
