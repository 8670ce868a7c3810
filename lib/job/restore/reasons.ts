import type { RejectCode } from '../../core/reject.ts'

/** The most reasons that are counted separately. */
const MOST_REASONS = 10
const MOST_LENGTH = 300

/** A reason why objects were refused, and how often it came. */
export interface RejectReason {
  readonly reason: string
  readonly count: number
}

/** Why an object was refused: the code of a line, a repeated id, or, with a plan, a change in its place. */
export type RestoreRejectCode = RejectCode | 'repeated_id' | 'changed_meanwhile'

/** How many, by code. */
export type CountsByCode = Readonly<Record<string, number>>

/** Adds up the counts of several places. */
export function mergeCounts(all: Iterable<CountsByCode>): CountsByCode {
  const sums: Record<string, number> = {}
  for (const counts of all) {
    for (const [code, count] of Object.entries(counts)) sums[code] = (sums[code] ?? 0) + count
  }
  return sums
}

/** Counts reasons as they come. Memory: ten reasons; all later ones share one count. */
export class RejectReasons {
  readonly #counts = new Map<string, number>()
  #others = 0

  add(reason: string): void {
    const short = reason.length > MOST_LENGTH ? `${reason.slice(0, MOST_LENGTH)}…` : reason
    const count = this.#counts.get(short)
    if (count === undefined && this.#counts.size === MOST_REASONS) this.#others += 1
    else this.#counts.set(short, (count ?? 0) + 1)
  }

  /** The reasons with their counts, in order of first appearance. */
  list(): RejectReason[] {
    const all = [...this.#counts].map(([reason, count]) => ({ reason, count }))
    return this.#others === 0 ? all : [...all, { reason: 'other reasons', count: this.#others }]
  }
}
