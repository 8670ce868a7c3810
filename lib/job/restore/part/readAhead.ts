import type { StoredObject } from '../../../core/object.ts'
import type { Reject } from '../../../core/reject.ts'
import type { Source } from '../../../core/stage.ts'
import type { SourcePart } from '../source/source.ts'

type Pages = Source<readonly StoredObject[]>
type OnReject = (reject: Reject) => void

/**
 * Reads the first part of a restore while its target makes the class: a server needs a tenth of a second for that,
 * otherwise idle. Its errors appear when the part is taken. Memory: as for reading a part. Close it.
 */
export class ReadAhead {
  readonly #ended = new AbortController()
  readonly #rejects: Reject[] = []
  #onReject: OnReject = (reject) => this.#rejects.push(reject)
  #part: SourcePart | undefined
  #pages: Promise<Pages> | undefined

  /** Checks the bytes of a part, then reads its first page. */
  begin(part: SourcePart): void {
    this.#part = part
    this.#pages = this.#read(part)
    this.#pages.catch(() => {})
  }

  /**
   * The pages of a part whose bytes were checked; undefined if it was not begun. Works once. Errors: as `check` and
   * `pages` of the part
   */
  take(part: SourcePart, onReject: OnReject): Promise<Pages> | undefined {
    if (part !== this.#part) return undefined
    const pages = this.#pages
    this.#part = undefined
    this.#pages = undefined
    this.#onReject = onReject
    for (const reject of this.#rejects.splice(0)) onReject(reject)
    return pages
  }

  /** Ends what nobody took. */
  async close(): Promise<void> {
    const pages = this.#pages
    if (pages === undefined) return
    this.#pages = undefined
    this.#ended.abort()
    await pages.then(
      (stream) => void stream.destroy(),
      () => {},
    )
  }

  async #read(part: SourcePart): Promise<Pages> {
    const { signal } = this.#ended
    await part.check?.(signal)
    signal.throwIfAborted()
    const pages = await part.pages((reject) => this.#onReject(reject))
    // Whoever takes the pages gets the error.
    pages.on('error', () => {})
    pages.read(0)
    return pages
  }
}
