import { temporaryDatabase } from '../../database/connection.ts'

/**
 * The ids of the objects to delete, by tenant, for the duration of the run: in an unnamed file, with a cache of some
 * megabytes in memory.
 */
export class SelectedIds {
  readonly #database = temporaryDatabase()
  #count = 0

  constructor() {
    this.#database.exec(
      'CREATE TABLE selected (tenant TEXT, id TEXT, PRIMARY KEY (tenant, id)) WITHOUT ROWID',
    )
  }

  get count(): number {
    return this.#count
  }

  add(ids: readonly string[], tenant = ''): void {
    this.#count += this.#database
      .prepare('INSERT OR IGNORE INTO selected SELECT ?, value FROM json_each(?)')
      .run(tenant, JSON.stringify(ids)).changes
  }

  /** The next ids of a tenant, in order, after the last one given. */
  after(last: string, count: number, tenant = ''): string[] {
    const rows = this.#database
      .prepare('SELECT id FROM selected WHERE tenant = ? AND id > ? ORDER BY id LIMIT ?')
      .all(tenant, last, count) as { id: string }[]
    return rows.map(({ id }) => id)
  }

  close(): void {
    this.#database.close()
  }
}
