import type { LineOf, Position } from '../../../core/line.ts'
import { codeOf, offsetOf } from './endOffset.ts'
import { inputChanged } from './inputChanged.ts'
import type { RecordRows } from './recordRows.ts'

/**
 * The verdict on a record: apply it, or leave it out; for a move that is left out, its source may still have to be
 * removed.
 */
export const VERDICT = { apply: 0, superseded: 1, removeSource: 2 } as const

/** A verdict; `by` is the record that replaced this one, if it is not applied; otherwise `crc` is that of the line. */
export interface Decision {
  readonly verdict: number
  readonly by?: LineOf
  readonly crc?: number
}

/** A record that was planned: where it is, and what was decided on it. */
export interface PlannedRecord extends Decision, Position {}

const APPLY: Decision = { verdict: VERDICT.apply }

/**
 * Which records of a run are applied. Holds the rows of all records, which are overwritten with verdict, line, and
 * replacing record.
 */
export class Plan {
  readonly #rows: RecordRows
  readonly #starts: readonly number[]
  /** How many records are not applied. */
  superseded = 0

  constructor(rows: RecordRows, starts: readonly number[]) {
    this.#rows = rows
    this.#starts = starts
  }

  get records(): number {
    return this.#rows.length
  }

  /**
   * The decisions on an input's records, requested in order of line. Records of other inputs are named by number, or by
   * the path in `paths`.
   */
  decisions(input: number, paths?: readonly string[]): Decisions {
    const end = this.#starts[input + 1] ?? this.#rows.length
    return new Decisions(this.#rows, this.#starts[input] ?? end, end, (line, by) => {
      if (by === input) return { line }
      return paths === undefined ? { line, input: by } : { line, path: paths[by] ?? '' }
    })
  }

  close(): void {
    this.#rows.close()
  }
}

/** The decisions on one input. */
export class Decisions {
  readonly #rows: RecordRows
  readonly #start: number
  readonly #end: number
  readonly #nameOf: (line: number, input: number) => LineOf
  #row: number

  constructor(rows: RecordRows, start: number, end: number, nameOf: (line: number, input: number) => LineOf) {
    this.#rows = rows
    this.#start = start
    this.#row = start
    this.#end = end
    this.#nameOf = nameOf
  }

  /**
   * The decision on the record in this line, which must follow all lines requested before. Records after the last one
   * that was planned are applied.
   * @throws ElysiaError ELYSIA_INPUT if no record was read there
   */
  at(line: number): Decision {
    for (; this.#row < this.#end; this.#row++) {
      const page = this.#rows.page(this.#row)
      const at = this.#rows.offset(this.#row)
      const found = page[at + 1]!
      if (found > line) throw inputChanged()
      if (found < line) continue
      this.#row += 1
      return this.#decision(page, at)
    }
    return APPLY
  }

  /** How many records were planned. */
  get count(): number {
    return this.#end - this.#start
  }

  /** A planned record by its number, from 0. */
  record(number: number): PlannedRecord {
    const row = this.#start + number
    const page = this.#rows.page(row)
    const at = this.#rows.offset(row)
    return { line: page[at + 1]!, end: offsetOf(page[at]!, page[at + 5]!), ...this.#decision(page, at) }
  }

  #decision(page: Uint32Array, at: number): Decision {
    const verdict = codeOf(page[at]!)
    if (verdict === VERDICT.apply) return { verdict, crc: page[at + 4]! }
    return { verdict, by: this.#nameOf(page[at + 2]!, page[at + 3]!) }
  }
}
