import { ElysiaError } from '../../core/errors.ts'
import { isVerification } from '../annotations.ts'
import type { Verification } from '../record.ts'
import { InvalidRow, textsIn } from './check.ts'
import { COLUMNS, type Row } from './columns.ts'
import type { IndexDatabase } from './database.ts'
import { verifiedColumns } from './row.ts'

const INSERT = `INSERT INTO archives (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})`

/** The rows of archives, each with its tags and verifications. */
export class Rows {
  readonly #index: IndexDatabase
  readonly #onRoot: (root: string) => void

  /** `onRoot` is called, within the transaction, with the root of a row's archive. */
  constructor(index: IndexDatabase, onRoot: (root: string) => void) {
    this.#index = index
    this.#onRoot = onRoot
  }

  get(id: string): Row | undefined {
    return this.#index.get<Row>('SELECT * FROM archives WHERE id = ?', [id])
  }

  /**
   * The row of an archive by its id, or by a unique prefix of it.
   * @throws ElysiaError ELYSIA_NOT_FOUND, ELYSIA_USAGE if several ids have this prefix
   */
  named(idOrPrefix: string): Row {
    return this.get(idOrPrefix) ?? this.#byPrefix(idOrPrefix)
  }

  #byPrefix(prefix: string): Row {
    const rows = this.#index.all<Row>('SELECT * FROM archives WHERE id >= ? AND id < ? ORDER BY id LIMIT 3', [
      prefix,
      `${prefix}\u{10ffff}`,
    ])
    if (rows.length === 1) return rows[0]!
    if (rows.length === 0 || prefix === '') {
      throw new ElysiaError('ELYSIA_NOT_FOUND', `there is no archive ${prefix} in the catalog`, {
        hint: '`elysiactl col catalog list` lists them; `… rebuild DIR` adds those in a directory',
      })
    }
    throw new ElysiaError('ELYSIA_USAGE', `several archives begin with ${prefix}`, {
      hint: `write more of it: ${rows.map(({ id }) => id).join(', ')}${rows.length > 2 ? ', …' : ''}`,
    })
  }

  /** Ids with this prefix that are not deleted, newest first. */
  idsBeginning(prefix: string, limit: number): string[] {
    return this.#index
      .all<{ id: string }>(
        `SELECT id FROM archives WHERE id >= ? AND id < ? AND status <> 'deleted' ORDER BY id DESC LIMIT ?`,
        [prefix, `${prefix}\u{10ffff}`, limit],
      )
      .map(({ id }) => id)
  }

  /** The last verification of each level. */
  verifications(id: string): Verification[] {
    const rows = this.#index.all<Omit<Verification, 'ok'> & { ok: number; sample: string | null }>(
      'SELECT level, time, ok, errors, sample FROM verifications WHERE id = ? ORDER BY time',
      [id],
    )
    return this.#index.reading(() =>
      rows.map(({ ok, sample, ...one }) => {
        const made = { ...one, ok: ok === 1, ...(sample !== null && { sample }) }
        if (isVerification(made)) return made
        throw new InvalidRow(`a verification of ${id} is not valid`)
      }),
    )
  }

  /** Replaces a row; the archive's annotations stay. */
  put(row: Row): void {
    this.#index.transaction(() => {
      const existing = this.get(row.id)
      const keepsAnnotations = existing?.annotated === 1 && row.annotated === 0
      const { pinned, tags, note, annotated } = existing ?? row
      const checks = verifiedColumns(existing === undefined ? [] : this.verifications(row.id))
      this.#index.run(
        `UPDATE archives SET status = 'deleted', deleted = ?, error = 'another archive is in its place'
         WHERE location = ? AND id <> ? AND status <> 'deleted'`,
        [row.updated, row.location, row.id],
      )
      const merged = {
        ...row,
        ...(row.annotated === 0 && checks),
        ...(keepsAnnotations && { pinned, tags, note, annotated }),
      }
      if (existing === undefined) this.#insert(merged)
      else this.update(merged)
      this.#onRoot(row.root)
    })
  }

  #insert(row: Row): void {
    this.#index.run(
      INSERT,
      COLUMNS.map((column) => row[column]),
    )
    this.#putTags(row)
  }

  /** Updates the row of an existing archive. */
  update(row: Row): void {
    const sets = COLUMNS.map((column) => `${column} = ?`).join(', ')
    const values = COLUMNS.map((column) => row[column])
    this.#index.transaction(() => {
      this.#index.run(`UPDATE archives SET ${sets} WHERE id = ?`, [...values, row.id])
      this.#putTags(row)
    })
  }

  #putTags({ id, tags }: Row): void {
    this.#index.run('DELETE FROM tags WHERE id = ?', [id])
    for (const tag of textsIn(tags)) {
      this.#index.run('INSERT OR IGNORE INTO tags VALUES (?, ?)', [tag, id])
    }
  }

  putVerifications(id: string, verifications: readonly Verification[]): void {
    this.#index.run('DELETE FROM verifications WHERE id = ?', [id])
    for (const { level, time, ok, errors, sample } of verifications) {
      this.#index.run('INSERT OR REPLACE INTO verifications VALUES (?, ?, ?, ?, ?, ?)', [
        ...[id, level, time, Number(ok), errors, sample ?? null],
      ])
    }
  }
}
