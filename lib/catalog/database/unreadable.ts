import type { IndexDatabase } from './database.ts'

/** Something below a root that ought to be an archive and could not be read as one. */
export interface Unreadable {
  readonly path: string
  readonly message: string
}

/** The longest message that is kept: it may quote what is in the file. */
const MAX_MESSAGE = 500

/** What could not be read when its directory was last looked through. */
export class UnreadableRows {
  readonly #index: IndexDatabase

  constructor(index: IndexDatabase) {
    this.#index = index
  }

  /**
   * What was found in a directory, in place of what was there before. An archive that is known to lie at such a path
   * counts as damaged, until it can be read again.
   */
  replace(directory: string, found: readonly Unreadable[]): void {
    this.#index.transaction(() => {
      this.#index.run("DELETE FROM unreadable WHERE path = ? OR (path > ? || '/' AND path < ? || '0')", [
        ...[directory, directory, directory],
      ])
      for (const { path, message } of found) {
        const text = message.slice(0, MAX_MESSAGE)
        this.#index.run('INSERT OR REPLACE INTO unreadable VALUES (?, ?)', [path, text])
        this.#index.run(
          "UPDATE archives SET damaged = 1, error = ? WHERE location = ? AND status NOT IN ('deleted', 'deleting')",
          [text, path],
        )
      }
    })
  }

  list(below?: string): Unreadable[] {
    const where = below === undefined ? '' : 'WHERE lies_below(path, ?)'
    return this.#index.all<Unreadable>(
      `SELECT path, message FROM unreadable ${where} ORDER BY path`,
      below === undefined ? [] : [below],
    )
  }
}
