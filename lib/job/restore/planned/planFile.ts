import { createHash, randomUUID } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { ElysiaError, messageOf } from '../../../core/errors.ts'
import type { PlanCounts, PlanEnd, PlanEntry, PlanHeader } from './format.ts'

/** Writes a plan; the file gets its name once it is complete. Of two with one name the later one has it. */
export class PlanFile {
  readonly #path: string
  readonly #part: string
  readonly #digest = createHash('sha256')
  #handle: FileHandle | undefined

  constructor(path: string) {
    this.#path = path
    this.#part = `${path}.${randomUUID()}.part`
  }

  /** @throws ElysiaError ELYSIA_STATE */
  async begin(header: PlanHeader): Promise<void> {
    this.#handle = await open(this.#part, 'wx', 0o600).catch((cause) => this.#unwritable(cause))
    await this.#write(`${JSON.stringify(header)}\n`)
  }

  async add(entries: readonly PlanEntry[]): Promise<void> {
    if (entries.length > 0) await this.#write(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
  }

  async end(counts: PlanCounts): Promise<void> {
    const end: PlanEnd = { end: true, counts, sha256: this.#digest.digest('hex') }
    try {
      await this.#handle!.appendFile(`${JSON.stringify(end)}\n`)
      await this.#handle!.sync()
      await this.#handle!.close()
      this.#handle = undefined
      await rename(this.#part, this.#path)
    } catch (cause) {
      this.#unwritable(cause)
    }
  }

  /** Removes an unfinished file. */
  async close(): Promise<void> {
    if (this.#handle === undefined) return
    await this.#handle.close()
    await rm(this.#part, { force: true })
  }

  async #write(text: string): Promise<void> {
    this.#digest.update(text)
    await this.#handle!.appendFile(text).catch((cause) => this.#unwritable(cause))
  }

  #unwritable(cause: unknown): never {
    throw new ElysiaError('ELYSIA_STATE', `the plan ${this.#path} cannot be written: ${messageOf(cause)}`, {
      cause,
      hint: 'nothing of the collection was changed; name another file',
    })
  }
}
