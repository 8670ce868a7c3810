import type { SqliteDatabase } from '../../database/connection.ts'

/** What became of one part. */
export interface PartFacts {
  /** Objects that were read. */
  readonly objects: number
  readonly written: number
  readonly rejected: number
  readonly vectors: number
  /** References that its objects have. */
  readonly references: number
  /** Of the objects that were written, as the store has to give them back. @see ObjectsDigest */
  readonly digest: string
  /** Of a class with a time to live: those of them that never expire. */
  readonly lasting?: { readonly objects: number; readonly digest: string }
  /** False where its references are still to be linked. */
  readonly linked: boolean
  readonly referencesRejected: number
}

const TABLE = `
  CREATE TABLE IF NOT EXISTS restored_parts (
    run TEXT NOT NULL, part TEXT NOT NULL, facts TEXT NOT NULL, PRIMARY KEY (run, part)
  ) STRICT, WITHOUT ROWID;
`

/** The row that says the class was made; no part is called so. */
const MADE = ''

/**
 * The parts that one restore has brought to their end, kept beside its run in the journal: what is here need not
 * be written again. In an embedded store it lies in the file of the data itself.
 */
export class RestoreLog {
  readonly #database: SqliteDatabase
  readonly #run: string

  constructor(database: SqliteDatabase, run: string) {
    this.#database = database
    this.#run = run
    database.exec(TABLE)
  }

  /** True once the class of this restore was made: what is there under its name is ours. */
  get made(): boolean {
    const row = this.#database
      .prepare('SELECT 1 FROM restored_parts WHERE run = ? AND part = ?')
      .get(this.#run, MADE)
    return row !== undefined
  }

  noteMade(): void {
    this.#insert(MADE, {})
  }

  parts(): Map<string, PartFacts> {
    const rows = this.#database
      .prepare('SELECT part, facts FROM restored_parts WHERE run = ? AND part != ?')
      .all(this.#run, MADE) as { part: string; facts: string }[]
    return new Map(rows.map(({ part, facts }) => [part, JSON.parse(facts) as PartFacts]))
  }

  note(part: string, facts: PartFacts): void {
    this.#insert(part, facts)
  }

  /** Nothing of this restore is there any more, or nobody needs to know. */
  forget(): void {
    this.#database.prepare('DELETE FROM restored_parts WHERE run = ?').run(this.#run)
  }

  #insert(part: string, facts: object): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO restored_parts VALUES (?, ?, ?)')
      .run(this.#run, part, JSON.stringify(facts))
  }
}
