import type { Manifest } from '../archive/manifest.ts'
import { directoryStorage } from '../archive/storage/directory.ts'
import { ElysiaError } from '../core/errors.ts'
import type { RunEvent } from '../run/event/schema.ts'
import { type AnnotationChange, type Annotations, changeAnnotations, type StorageAt } from './annotations.ts'
import { updateAnnotationsFile } from './annotationsFile.ts'
import { type Candidates, candidatesIn } from './database/candidates.ts'
import type { Row } from './database/columns.ts'
import { IndexDatabase } from './database/database.ts'
import { DetailsRows } from './database/details.ts'
import { type ArchiveFilter, countingQueryOf, queryOf } from './database/query.ts'
import { annotatedRow, recordOf, rowOf, verifiedColumns, withVerification } from './database/row.ts'
import { Rows } from './database/rows.ts'
import { UnreadableRows } from './database/unreadablePaths.ts'
import type {
  ArchiveDetails,
  ArchivePlace,
  ArchiveRecord,
  Location,
  NewArchive,
  Verification,
} from './record.ts'

export type { ArchiveFilter } from './database/query.ts'

/** Callbacks and settings of a catalog. */
export interface CatalogContext {
  /** Called with all known roots whenever one is added. */
  readonly onRoots?: (roots: readonly string[]) => void
  /** Called with failures that do not matter for the result. */
  readonly onEvent?: (event: RunEvent) => void
  /** Makes the storage that annotations are written to. Default: directories. */
  readonly storageAt?: StorageAt
}

/**
 * The index of all archives. Its rows come from manifests, which are the truth, and from later notes about each
 * archive. Ids never change. Every call except `annotate` and `recordVerification` is one synced transaction.
 * Errors: ELYSIA_LOCKED if another process is writing, IndexDamaged (ELYSIA_STATE) if the file is no longer a valid
 * index.
 */
export class Catalog {
  readonly #index: IndexDatabase
  readonly #rows: Rows
  readonly #details: DetailsRows
  readonly #context: CatalogContext
  readonly storageAt: StorageAt
  /** Files that could not be read when roots were searched. */
  readonly unreadable: UnreadableRows

  constructor(file: string, context: CatalogContext = {}) {
    this.#index = new IndexDatabase(file)
    this.#rows = new Rows(this.#index, (root) => this.addRoot(root))
    this.#details = new DetailsRows(this.#index)
    this.unreadable = new UnreadableRows(this.#index)
    this.#context = context
    this.storageAt = context.storageAt ?? directoryStorage
  }

  get file(): string {
    return this.#index.file
  }

  close(): void {
    this.#index.close()
  }

  /** Runs several calls as one transaction, which waits for the disk only once; none may return a promise. */
  together(work: () => void): void {
    this.#index.transaction(work)
  }

  /** Adds or updates a complete archive, with the annotations found beside it. */
  upsert(manifest: Manifest, where: ArchivePlace, annotations?: Annotations): void {
    const row = rowOf(manifest, where, 'complete', null, now())
    this.#index.transaction(() => {
      this.#rows.put(annotations === undefined ? row : annotatedRow(row, annotations))
      this.#details.put(manifest)
      if (annotations !== undefined) this.#rows.putVerifications(manifest.id, annotations.verifications)
    })
  }

  /** Adds or updates an incomplete archive. An entry that is complete, or being removed, stays unchanged. */
  record(plan: NewArchive, where: Location, status: 'running' | 'partial' | 'failed', error?: string): void {
    const known = this.#rows.get(plan.id)?.status
    if (known === 'complete' || known === 'deleting') return
    this.#rows.put(rowOf(plan, where, status, error ?? null, now()))
  }

  /** The archives with status `running`. */
  running(): { readonly id: string; readonly root: string; readonly location: string }[] {
    return this.#index.all(`SELECT id, root, location FROM archives WHERE status = 'running'`, [])
  }

  /** Sets a `running` archive to `partial`, because its process has died. */
  settle(id: string): void {
    this.#index.run(
      `UPDATE archives SET status = 'partial', error = 'its process died' WHERE id = ? AND status = 'running'`,
      [id],
    )
  }

  /** Does the same for all `running` rows of a root whose lock nobody else holds. Returns how many there were. */
  settleRunning(root: string): number {
    return this.#index.run(
      `UPDATE archives SET status = 'partial', error = 'its process died' WHERE root = ? AND status = 'running'`,
      [root],
    )
  }

  /** Lists archives: by default only those that are not deleted, newest first. */
  list(filter: ArchiveFilter = {}): ArchiveRecord[] {
    const { sql, values } = queryOf(filter, Date.now())
    const rows = this.#index.all<Row>(`SELECT * FROM archives ${sql}`, values)
    return this.#index.reading(() => rows.map(recordOf))
  }

  /** The number of archives that a filter selects, regardless of its limit, and their bytes. */
  count(filter: ArchiveFilter = {}): { readonly archives: number; readonly bytes: number } {
    const { sql, values } = countingQueryOf(filter, Date.now())
    const select = `SELECT count(*) archives, coalesce(sum(bytes), 0) bytes FROM archives ${sql}`
    return this.#index.get(select, values)!
  }

  /** The archives that a filter selects, and all others beside them, for planning retention. */
  candidates(filter: ArchiveFilter = {}): Candidates {
    return candidatesIn(this.#index, filter)
  }

  /**
   * An archive by its id, or by a unique prefix of it.
   * @throws ElysiaError ELYSIA_NOT_FOUND, ELYSIA_USAGE if several ids have this prefix
   */
  get(idOrPrefix: string): ArchiveDetails {
    const row = this.#rows.named(idOrPrefix)
    const record = this.#index.reading(() => recordOf(row))
    const manifest = this.#details.get(row.id)
    return {
      ...record,
      ...(manifest !== undefined && { manifest }),
      verifications: this.verifications(row.id),
    }
  }

  /** The last verification of each level. */
  verifications(id: string): Verification[] {
    return this.#rows.verifications(id)
  }

  /** Ids with this prefix, newest first; for completion. */
  idsBeginning(prefix: string, limit: number): string[] {
    return this.#rows.idsBeginning(prefix, limit)
  }

  /**
   * Pins, tags or notes an archive: first beside its manifest, then here. If that place is not writable, it reports
   * this, and only the row remembers the change.
   * @throws ElysiaError ELYSIA_NOT_FOUND also if the archive is no longer there
   */
  async annotate(idOrPrefix: string, change: AnnotationChange): Promise<ArchiveRecord> {
    const { manifest: _, verifications, ...record } = this.get(idOrPrefix)
    if (record.status === 'deleted' || record.status === 'deleting') {
      throw new ElysiaError('ELYSIA_NOT_FOUND', `${record.id} was removed`)
    }
    const annotations = changeAnnotations(record, verifications, change)
    await this.#writeBeside(record, annotations)
    this.#rows.update(annotatedRow({ ...this.#rows.get(record.id)!, updated: now() }, annotations))
    return recordOf(this.#rows.get(record.id)!)
  }

  /** Records the result of a verification, here and beside the manifest. */
  async recordVerification(id: string, made: Verification): Promise<void> {
    const row = this.#rows.get(id)
    if (row === undefined) return
    const verifications = withVerification(this.verifications(id), made)
    this.#index.transaction(() => {
      this.#rows.putVerifications(id, verifications)
      this.#rows.update({ ...row, ...verifiedColumns(verifications) })
    })
    await this.#writeBeside(recordOf(row), changeAnnotations(recordOf(row), verifications, {}))
  }

  /** Marks an archive as being removed: it no longer counts, and its removal will be finished whatever happens. */
  markDeleting(id: string): void {
    this.#index.run(`UPDATE archives SET status = 'deleting', updated = ? WHERE id = ?`, [now(), id])
  }

  /** Marks an archive as removed; its row stays as history. */
  markDeleted(id: string, error?: string): void {
    this.#index.run(
      `UPDATE archives SET status = 'deleted', deleted = ?, updated = ?, error = ? WHERE id = ?`,
      [now(), now(), error ?? null, id],
    )
  }

  /** Deletes the rows of archives that were removed before a moment; returns how many. */
  forgetDeleted(before: string): number {
    return this.#index.run(`DELETE FROM archives WHERE status = 'deleted' AND deleted < ?`, [before])
  }

  /** Archives in a directory, or at its own path, that are not deleted. */
  below(directory: string): ArchiveRecord[] {
    // `0` follows `/` in the character order, so the range holds everything that begins with the directory and a
    // slash.
    const rows = this.#index.all<Row>(
      `SELECT * FROM archives WHERE (location = ? OR (location > ? AND location < ?)) AND status <> 'deleted'
       ORDER BY id`,
      [directory, `${directory}/`, `${directory}0`],
    )
    return this.#index.reading(() => rows.map(recordOf))
  }

  /** The archive with exactly this id, whatever its status. */
  find(id: string): ArchiveRecord | undefined {
    const row = this.#rows.get(id)
    return row && this.#index.reading(() => recordOf(row))
  }

  /** The archive recorded at a path, unless it is deleted. */
  at(location: string): ArchiveRecord | undefined {
    const sql = `SELECT * FROM archives WHERE location = ? AND status <> 'deleted'`
    const row = this.#index.get<Row>(sql, [location])
    return row && this.#index.reading(() => recordOf(row))
  }

  roots(): string[] {
    return this.#index.all<{ path: string }>('SELECT path FROM roots ORDER BY path').map(({ path }) => path)
  }

  /** Remembers a directory of archives, so that they can be found again if the catalog is lost. */
  addRoot(root: string): void {
    if (this.#index.run('INSERT OR IGNORE INTO roots VALUES (?)', [root]) > 0)
      this.#context.onRoots?.(this.roots())
  }

  async #writeBeside(record: ArchiveRecord, annotations: Annotations): Promise<void> {
    try {
      await updateAnnotationsFile(record, annotations, this.storageAt)
    } catch (error) {
      if (!(error instanceof ElysiaError) || !['ELYSIA_STATE', 'ELYSIA_CONFLICT'].includes(error.code))
        throw error
      this.#context.onEvent?.({ type: 'note_not_kept', error: { code: error.code, message: error.message } })
    }
  }
}

function now(): string {
  return new Date().toISOString()
}
