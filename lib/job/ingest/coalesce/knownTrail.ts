import type { InputMark } from '../../../run/checkpoint.ts'
import { LinesDigest } from '../../../stream/lines/digest.ts'
import type { FingerprintedRecords } from '../../../stream/lines/trail.ts'
import type { AnyLine } from './anyLine.ts'
import { DigestMap, sizeOf } from './digestMap.ts'

const MIB = 1024 * 1024

/**
 * The trail of an input that was read before: for each batch the digest of all lines up to its end, from the digest at
 * the MiB before and the few lines after it. Call `pass` and `mark` as lines arrive, or `note` if not all lines are read, the others as batches are settled.
 * Memory: a MiB of lines, and a digest for each batch in flight.
 */
export class KnownTrail {
  readonly #map: DigestMap
  #base: LinesDigest
  #next = 0
  #pending: AnyLine[] = []
  #pendingBytes = 0
  readonly #digests = new Map<number, string>()
  #line: number
  #hex: string
  #place = 0

  /** The input continues after `line`, and `digest` is that of all lines up to it. */
  constructor(map: DigestMap | undefined, line = 0, digest = new LinesDigest()) {
    this.#map = map ?? new DigestMap()
    this.#line = line
    this.#base = digest
    this.#hex = digest.hex()
    while ((this.#map.bases[this.#next]?.line ?? Number.POSITIVE_INFINITY) <= line) this.#next += 1
    while ((this.#map.places[this.#place]?.line ?? Number.POSITIVE_INFINITY) <= line) this.#place += 1
  }

  /** Passes the next line. */
  pass(item: AnyLine): void {
    const base = this.#map.bases[this.#next]
    if (base?.line === item.line) {
      this.#next += 1
      this.#goOnFrom(base.digest)
      return
    }
    this.#pending.push(item)
    this.#pendingBytes += sizeOf(item)
    if (this.#pendingBytes > MIB) this.#goOnFrom(this.#here())
  }

  /** A batch ends with this line. */
  mark(line: number): void {
    this.#goOnFrom(this.#here())
    this.#digests.set(line, this.#base.hex())
  }

  /** A batch ends with this line, and `digest` is that of all lines up to it, as known from elsewhere. */
  note(line: number, digest: string): void {
    this.#digests.set(line, digest)
  }

  /** Notes that the next line is settled. */
  add({ line }: { readonly line: number }): void {
    this.#line = line
  }

  /** The digest of all settled lines. @throws if these do not end with a batch */
  hex(): string {
    const found = this.#digests.get(this.#line)
    if (found === undefined) return this.#hex
    for (const line of this.#digests.keys()) if (line <= this.#line) this.#digests.delete(line)
    this.#hex = found
    return found
  }

  /** The marks up to the last settled line that were not taken yet. */
  takeMarks(): InputMark[] {
    const from = this.#place
    const { places } = this.#map
    while ((places[this.#place]?.line ?? Number.POSITIVE_INFINITY) <= this.#line) this.#place += 1
    return places.slice(from, this.#place)
  }

  takeFingerprints(): FingerprintedRecords | undefined {
    return undefined
  }

  #here(): LinesDigest {
    const digest = this.#base.copy()
    digest.updateAll(this.#pending)
    return digest
  }

  #goOnFrom(digest: LinesDigest): void {
    this.#base = digest
    this.#pending = []
    this.#pendingBytes = 0
  }
}
