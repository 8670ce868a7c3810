import type { StoredObject } from '../../../core/object.ts'
import type { Reject } from '../../../core/reject.ts'
import type { Source } from '../../../core/stage.ts'
import type { SourcePart } from '../source/source.ts'

type Pages = Source<readonly StoredObject[]>
type OnReject = (reject: Reject) => void

/**
 * The first part of a restore, read while its target makes the class: a server takes a tenth of a second for that, in which
 * nothing else would be done. What is wrong with it is told where it is taken. Memory: as what reads a part. Close it.
 */
export class ReadAhead {
  readonly #ended = new AbortController()
  readonly #rejects: Reject[] = []
  #onReject: OnReject = (reject) => this.#rejects.push(reject)
  #part: SourcePart | undefined
  #pages: Promise<Pages> | undefined

  /** Looks at the bytes of a part, then makes its first page. */
  begin(part: SourcePart): void {
    this.#part = part
    this.#pages = this.#read(part)
    this.#pages.catch(() => {})
  }

  /** The pages of a part, its bytes checked; undefined of any that was not begun. Once. Errors: as `check` and `pages` of the part */
  take(part: SourcePart, onReject: OnReject): Promise<Pages> | undefined {
    if (part !== this.#part) return undefined
    const pages = this.#pages
    this.#part = undefined
    this.#pages = undefined
    this.#onReject = onReject
    for (const reject of this.#rejects.splice(0)) onReject(reject)
    return pages
  }

  /** Ends what nobody has taken. */
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
    // Whoever takes it is told of its error.
    pages.on('error', () => {})
    pages.read(0)
    return pages
  }
}
