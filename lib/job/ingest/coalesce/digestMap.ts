import type { InputMark } from '../../../run/checkpoint.ts'
import { LinesDigest } from '../../../stream/lines/digest.ts'
import type { AnyLine } from './anyLine.ts'

const MIB = 1024 * 1024
const MOST_BASES = 8192

/** The digest of all lines up to one, which can be continued. */
export interface DigestBase {
  readonly line: number
  /** The offset of the first byte after them. */
  readonly end: number
  readonly digest: LinesDigest
}

/**
 * The digest of an input, with intermediate states: at records 1, 2, 4, 8 and so on, as a run keeps it, and at every
 * MiB, to continue from. Memory: about 500 bytes a MiB, up to 8 GiB; beyond that the steps become larger.
 */
export class DigestMap {
  readonly places: InputMark[] = []
  readonly #digest = new LinesDigest()
  #bases: DigestBase[] = []
  #step = MIB
  #bytes = 0
  #line = 0
  #end = 0

  add(item: AnyLine): void {
    const digest = this.#digest
    digest.update(item)
    this.#line = item.line
    this.#end = item.end
    const { records } = digest
    if ((records & (records - 1)) === 0) this.places.push({ line: item.line, digest: digest.hex() })
    this.#bytes += sizeOf(item)
    if (this.#bytes >= this.#step) this.#keep()
  }

  /** Nothing is held of the bytes of the lines so far. */
  flush(): void {
    this.#digest.flush()
  }

  get bases(): readonly DigestBase[] {
    return this.#bases
  }

  /** The last record, and the digest of everything up to it. */
  get end(): InputMark {
    return { line: this.#line, digest: this.#digest.hex() }
  }

  /** The last base that is not after a line: where the input begins if there is none. */
  baseBefore(line: number): DigestBase {
    let [from, to] = [0, this.#bases.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if (this.#bases[middle]!.line <= line) from = middle + 1
      else to = middle
    }
    return this.#bases[from - 1] ?? { line: 0, end: 0, digest: new LinesDigest() }
  }

  #keep(): void {
    this.#bytes = 0
    this.#bases.push({ line: this.#line, end: this.#end, digest: this.#digest.copy() })
    if (this.#bases.length <= MOST_BASES) return
    this.#bases = this.#bases.filter((_, index) => index % 2 === 1)
    this.#step *= 2
  }
}

/** The approximate size of a line: its bytes, or the characters of its text; 0 if a reject kept neither. */
export function sizeOf(item: AnyLine): number {
  if ('bytes' in item && item.bytes !== undefined) return item.bytes.length
  return 'text' in item && item.text !== undefined ? item.text.length : 0
}
