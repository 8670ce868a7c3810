import type { StoredObject } from '../../../core/object.ts'
import type { Reject } from '../../../core/reject.ts'
import type { Source } from '../../../core/stage.ts'
import type { SourcePart } from '../source/source.ts'

type Pages = Source<readonly StoredObject[]>
type OnReject = (reject: Reject) => void

/** A part that was begun. */
interface BegunPart {
  readonly pages: Promise<Pages>
  readonly rejects: Reject[]
  onReject: OnReject
}

/**
 * Reads the first pages of a restore while its target makes the class: a server needs a tenth of a second for that,
 * otherwise idle. Errors appear when a part is taken. Memory: as for reading these parts. Close it.
 */
export class ReadAhead {
  readonly #ended = new AbortController()
  readonly #begun = new Map<SourcePart, BegunPart>()

  /** Checks the bytes of a part, then reads its first page. */
  begin(part: SourcePart): void {
    const rejects: Reject[] = []
    const begun = {
      rejects,
      onReject: (reject: Reject) => void rejects.push(reject),
      pages: this.#read(part, (reject) => begun.onReject(reject)),
    }
    begun.pages.catch(() => {})
    this.#begun.set(part, begun)
  }

  /**
   * The pages of a part whose bytes were checked; undefined if it was not begun. Works once. Errors: as `check` and
   * `pages` of the part
   */
  take(part: SourcePart, onReject: OnReject): Promise<Pages> | undefined {
    const begun = this.#begun.get(part)
    if (begun === undefined) return undefined
    this.#begun.delete(part)
    begun.onReject = onReject
    for (const reject of begun.rejects.splice(0)) onReject(reject)
    return begun.pages
  }

  /** Ends what nobody took. */
  async close(): Promise<void> {
    const left = [...this.#begun.values()]
    this.#begun.clear()
    this.#ended.abort()
    for (const { pages } of left) {
      await pages.then(
        (stream) => void stream.destroy(),
        () => {},
      )
    }
  }

  async #read(part: SourcePart, onReject: OnReject): Promise<Pages> {
    const { signal } = this.#ended
    await part.check?.(signal)
    signal.throwIfAborted()
    const pages = await part.pages(onReject)
    // Whoever takes the pages gets the error.
    pages.on('error', () => {})
    pages.read(0)
    return pages
  }
}
