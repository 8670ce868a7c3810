import type { SqliteDatabase } from '../../database/connection.ts'
import { writingState } from '../../run/journal/statements.ts'

/** The state of a migration. */
export type MigrationState = 'copying' | 'switched' | 'undone' | 'dropped'

/** The newest migration of an alias. */
export interface Migration {
  readonly alias: string
  /** The class that it meant. */
  readonly before: string
  /** The class that it means, or will mean. */
  readonly after: string
  /** Identifies the changes: the same command continues the migration. */
  readonly changes: string
  readonly state: MigrationState
}

const TABLE = `
  CREATE TABLE IF NOT EXISTS migrations (
    target TEXT NOT NULL, alias TEXT NOT NULL, facts TEXT NOT NULL, PRIMARY KEY (target, alias)
  ) STRICT, WITHOUT ROWID;
`

/**
 * The migrations of one store, kept so that an interrupted one can continue, and a finished one can be undone.
 * @throws ElysiaError ELYSIA_STATE if they cannot be written
 */
export class Migrations {
  readonly #database: SqliteDatabase
  readonly #target: string

  constructor(database: SqliteDatabase, target: string) {
    this.#database = database
    this.#target = target
    writingState(database.name, () => database.exec(TABLE))
  }

  of(alias: string): Migration | undefined {
    const row = this.#database
      .prepare('SELECT facts FROM migrations WHERE target = ? AND alias = ?')
      .get(this.#target, alias) as { readonly facts: string } | undefined
    return row && (JSON.parse(row.facts) as Migration)
  }

  keep(migration: Migration): void {
    const values = [this.#target, migration.alias, JSON.stringify(migration)]
    const sql = 'INSERT OR REPLACE INTO migrations VALUES (?, ?, ?)'
    writingState(this.#database.name, () => this.#database.prepare(sql).run(...values))
  }
}
