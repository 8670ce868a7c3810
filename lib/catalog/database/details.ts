import type { Manifest } from '../../archive/manifest.ts'
import { detailsOf, isDetails, type ManifestDetails } from '../record.ts'
import { IndexDamaged, type IndexDatabase } from './database.ts'

/** The details from manifests, kept beside the rows of their archives. */
export class DetailsRows {
  readonly #index: IndexDatabase

  constructor(index: IndexDatabase) {
    this.#index = index
  }

  /** Adds or replaces the details of a manifest. */
  put(manifest: Manifest): void {
    const details = JSON.stringify(detailsOf(manifest))
    this.#index.run('INSERT OR REPLACE INTO details VALUES (?, ?)', [manifest.id, details])
  }

  /** Undefined for an archive that was never complete. @throws IndexDamaged if the text is invalid */
  get(id: string): ManifestDetails | undefined {
    const sql = 'SELECT manifest FROM details WHERE id = ?'
    const row = this.#index.get<{ manifest: string }>(sql, [id])
    if (row === undefined) return undefined
    try {
      const read: unknown = JSON.parse(row.manifest)
      if (isDetails(read)) return read
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
    }
    throw new IndexDamaged(this.#index.file, new Error(`the details of ${id} are not valid`))
  }
}
