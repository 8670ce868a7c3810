import type { IndexDatabase } from './database.ts'

/** Something below a root that should be an archive, but could not be read. */
export interface UnreadablePath {
  readonly path: string
  readonly message: string
}

/** The maximum length of a stored message, which may quote the file. */
const MAX_MESSAGE = 500

/** Files that could not be read when their directory was last searched. */
export class UnreadableRows {
  readonly #index: IndexDatabase

  constructor(index: IndexDatabase) {
    this.#index = index
  }

  /**
   * Replaces the entries for a directory. An archive recorded at such a path counts as damaged until it can be read
   * again.
   */
  replace(directory: string, unreadable: readonly UnreadablePath[]): void {
    this.#index.transaction(() => {
      this.#index.run("DELETE FROM unreadable WHERE path = ? OR (path > ? || '/' AND path < ? || '0')", [
        ...[directory, directory, directory],
      ])
      for (const { path, message } of unreadable) {
        const text = message.slice(0, MAX_MESSAGE)
        this.#index.run('INSERT OR REPLACE INTO unreadable VALUES (?, ?)', [path, text])
        this.#index.run(
          "UPDATE archives SET damaged = 1, error = ? WHERE location = ? AND status NOT IN ('deleted', 'deleting')",
          [text, path],
        )
      }
    })
  }

  list(below?: string): UnreadablePath[] {
    const where = below === undefined ? '' : 'WHERE lies_below(path, ?)'
    return this.#index.all<UnreadablePath>(
      `SELECT path, message FROM unreadable ${where} ORDER BY path`,
      below === undefined ? [] : [below],
    )
  }
}
