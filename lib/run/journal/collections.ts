import type { Statements } from './statements.ts'

/** What is known about collections from all runs: the last commit of each repository, and names. */
export class CollectionTables {
  readonly #statements: Statements

  constructor(statements: Statements) {
    this.#statements = statements
  }

  /** Class → repository → the last commit that was settled in it. Sorted by name. */
  positions(target: string): Map<string, Map<string, string>> {
    const rows = this.#statements
      .prepare(
        'SELECT class, repository, last_commit FROM positions WHERE target = ? ORDER BY class, repository',
      )
      .all(target) as { class: string; repository: string; last_commit: string }[]
    const positions = new Map<string, Map<string, string>>()
    for (const { class: name, repository, last_commit: commit } of rows) {
      const repositories = positions.get(name) ?? new Map<string, string>()
      positions.set(name, repositories.set(repository, commit))
    }
    return positions
  }

  forgetPositions(target: string, className: string): void {
    this.#statements.write('DELETE FROM positions WHERE target = ? AND class = ?', target, className)
  }

  forgetName(target: string, className: string): void {
    this.#statements.write('DELETE FROM names WHERE target = ? AND class = ?', target, className)
  }

  knownName(target: string, className: string): string | undefined {
    const row = this.#statements
      .prepare('SELECT name FROM names WHERE target = ? AND class = ?')
      .get(target, className)
    return (row as { name: string } | undefined)?.name
  }

  nameOf(target: string, className: string, name: string): string {
    this.#statements.write('INSERT OR IGNORE INTO names VALUES (?, ?, ?)', target, className, name)
    return this.knownName(target, className) ?? name
  }
}
