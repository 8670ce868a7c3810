import type { SqliteDatabase } from '../../../database/connection.ts'
import type { PlanMark } from '../../../run/checkpoint.ts'
import { writingState } from '../../../run/journal/statements.ts'
import type { RejectsPlace } from '../sharedRejects.ts'

/** Files that are taken as one sequence: what is left out of one file is in a later one. */
export interface OpenGroup {
  /** The runs of the files, in their order. */
  readonly runs: readonly string[]
  /** What was read of them before anything was written. */
  readonly mark: PlanMark
  /** Where their rejects begin in the file that all files share, if there is one. */
  readonly rejects?: RejectsPlace
}

const TABLE = `
  CREATE TABLE IF NOT EXISTS watch_groups (watch TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT, WITHOUT ROWID;
`

/**
 * The group that a watch is taking, so that it is finished, or taken again as a whole, even by a later process.
 * @throws ElysiaError ELYSIA_STATE if it cannot be written
 */
export class GroupLog {
  readonly #database: SqliteDatabase
  readonly #watch: string

  constructor(database: SqliteDatabase, watch: string) {
    this.#database = database
    this.#watch = watch
    writingState(database.name, () => database.exec(TABLE))
  }

  open(group: OpenGroup): void {
    this.#write('INSERT OR REPLACE INTO watch_groups VALUES (?, ?)', this.#watch, JSON.stringify(group))
  }

  close(): void {
    this.#write('DELETE FROM watch_groups WHERE watch = ?', this.#watch)
  }

  /** The group that was opened and not closed. */
  find(): OpenGroup | undefined {
    const sql = 'SELECT content FROM watch_groups WHERE watch = ?'
    const row = this.#database.prepare(sql).get(this.#watch) as { content: string } | undefined
    return row && (JSON.parse(row.content) as OpenGroup)
  }

  #write(sql: string, ...values: readonly string[]): void {
    writingState(this.#database.name, () => this.#database.prepare(sql).run(...values))
  }
}

/** Forgets the groups of a collection that is gone. */
export function forgetGroups(database: SqliteDatabase, target: string, className: string): void {
  database.exec(TABLE)
  database
    .prepare(`DELETE FROM watch_groups WHERE watch ->> '$[0]' = ? AND watch ->> '$[1]' = ?`)
    .run(target, className)
}
