import type { Line } from '../../core/line.ts'
import type { Reject } from '../../core/reject.ts'
import { LinesDigest } from './digest.ts'
import { fingerprint } from './fingerprint.ts'

/** A line, and the digest of all lines up to it. */
export interface TrailMark {
  readonly line: number
  readonly digest: string
}

/** Fingerprints of records; `record` is the number of the first, counted from 1. */
export interface FingerprintedRecords {
  readonly record: number
  readonly values: Uint32Array<ArrayBuffer>
}

/** How many records of an input get fingerprints: 4 MiB. */
const FINGERPRINTED_RECORDS = 1024 * 1024

interface LineTrailOptions {
  /** The digest of the lines before. */
  readonly digest?: LinesDigest
  /** For an input that cannot be read twice: a fingerprint of each of the first million records. */
  readonly fingerprints?: boolean
}

/**
 * Recognizes an input that is read again. Keeps the digest of all lines, digests at records 1, 2, 4, 8 and so on, and
 * fingerprints of single records. Memory: the entries since they were last taken.
 */
export class LineTrail {
  readonly #digest: LinesDigest
  readonly #limit: number
  #marks: TrailMark[] = []
  #fingerprints: number[] = []

  constructor({ digest = new LinesDigest(), fingerprints = false }: LineTrailOptions = {}) {
    this.#digest = digest
    this.#limit = fingerprints ? FINGERPRINTED_RECORDS : 0
  }

  add(item: Line | Reject): void {
    this.#digest.update(item)
    const { records } = this.#digest
    if ((records & (records - 1)) === 0) this.#marks.push({ line: item.line, digest: this.#digest.hex() })
    if (records <= this.#limit) this.#fingerprints.push(fingerprint(item))
  }

  /** The digest of all lines so far, in hex. */
  hex(): string {
    return this.#digest.hex()
  }

  /** The marks added since they were last taken. */
  takeMarks(): TrailMark[] {
    const marks = this.#marks
    this.#marks = []
    return marks
  }

  /** The fingerprints added since they were last taken; undefined if there are none. */
  takeFingerprints(): FingerprintedRecords | undefined {
    const values = Uint32Array.from(this.#fingerprints)
    this.#fingerprints = []
    if (values.length === 0) return undefined
    return { record: Math.min(this.#digest.records, this.#limit) - values.length + 1, values }
  }
}
