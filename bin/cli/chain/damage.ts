import { resolve } from 'node:path'
import { type Catalog, type ElysiaError, messageOf } from '../../library.ts'
import { useCatalog } from '../catalog.ts'
import type { Context } from '../command.ts'
import { damagedIn } from './affected.ts'

/** The damage that a command finds in an archive while it reads it for something else than a verification. */
export class DamageNotes {
  readonly #context: Context
  readonly #location: string
  #isDamaged = false
  readonly #links = new Set<string>()

  /** `archive` is its directory or file, or the operand that names it. */
  constructor(context: Context, archive: string) {
    this.#context = context
    this.#location = resolve(archive)
  }

  /** Takes an error about the archive itself, or about one of its bases. */
  readonly add = (error: ElysiaError): void => {
    this.#isDamaged = true
    const link = damagedIn(error, undefined)
    if (link !== undefined) this.#links.add(link)
  }

  /** Does work that reads the archive, and notes what `add` got, however the work ended. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } finally {
      await this.note()
    }
  }

  /** Notes what was found with the archive in the catalog, and with the damaged base. */
  readonly note = async (): Promise<void> => {
    if (!this.#isDamaged) return
    const { console } = this.#context
    try {
      const ids = await useCatalog(this.#context, (catalog) => this.#noted(catalog))
      if (ids.length > 0) console.note(`the catalog notes that ${ids.join(' and ')} cannot be restored`)
    } catch (error) {
      console.warn(`the catalog could not note that ${this.#location} is damaged: ${messageOf(error)}`)
    }
    this.#isDamaged = false
  }

  async #noted(catalog: Catalog): Promise<string[]> {
    const archive = catalog.at(this.#location)
    const ids = new Set([...(archive === undefined ? [] : [archive.id]), ...this.#links])
    const time = new Date().toISOString()
    const recordedIds: string[] = []
    for (const id of ids) {
      if (catalog.find(id)?.status !== 'complete') continue
      await catalog.recordVerification(id, { level: 'records', time, ok: false, errors: 1 })
      recordedIds.push(id)
    }
    return recordedIds
  }
}
