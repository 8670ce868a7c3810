import { setImmediate } from 'node:timers/promises'
import type { Effect } from '../../../change/effect/effect.ts'
import { codeOf, lowPart, withHighPart } from './endOffset.ts'
import { GrowableNumbers } from './growableNumbers.ts'
import { IdNumbers } from './idNumbers.ts'
import { Plan, VERDICT } from './plan.ts'
import { RecordRows } from './recordRows.ts'

/** What the records so far tell about an id; if none has set it, only the store knows. */
const UNKNOWN = 0
const PRESENT = 1
const ABSENT = 2

/** The effect of a record, as a number in its row. */
const EFFECT = { none: 0, put: 1, remove: 2, patch: 3, move: 4, skip: 5 } as const

/** Added to the kind of a record that must be applied whatever comes later. */
const PINNED = 8

/**
 * Finds the records that decide how each path ends.
 *
 * Records are added in order, then visited from last to first. A record is applied if it is the last one of an id, or
 * if an applied record reads what it left: the content that a rename takes along. A record that reads a state only the
 * store knows is always applied, together with the records that it reads, so that its outcome, perhaps a reject, is the
 * same as if all were applied. Leaving out the others changes neither a state that is read, nor the end. Memory: that
 * of the ids and the rows, and ten bytes for each id.
 */
export class Planner {
  readonly #ids: IdNumbers
  readonly #rows: RecordRows
  readonly #known = new GrowableNumbers(Uint8Array)
  readonly #starts: number[] = []

  constructor(ids = new IdNumbers(), rows = new RecordRows()) {
    this.#ids = ids
    this.#rows = rows
  }

  /** Begins the records of the next input. */
  beginInput(): void {
    this.#starts.push(this.#rows.length)
  }

  /** Forgets the records of the input that was begun last; then no other may be begun. */
  dropInput(): void {
    this.#rows.truncate(this.#starts.pop() ?? 0)
  }

  /** `crc` is that of the line, and `end` the offset of the first byte after it. */
  add(line: number, { kind, ids }: Effect, crc: number, end = 0): void {
    const [first, second] = ids
    const one = first === undefined ? 0 : 1 + this.#ids.of(first)
    const other = second === undefined ? 0 : 1 + this.#ids.of(second)
    const pinned = this.#learn(kind, one, other) ? PINNED : 0
    const code = withHighPart(EFFECT[kind] + pinned, end)
    this.#rows.append(code, line, one, other, crc, lowPart(end))
  }

  /** Notes what is known after a record; true if its effect depends on more than the records before it. */
  #learn(kind: Effect['kind'], one: number, other: number): boolean {
    const known = this.#known
    switch (kind) {
      case 'put':
        known.set(one, PRESENT)
        return false
      case 'remove':
      case 'skip':
        known.set(one, ABSENT)
        if (other > 0) known.set(other, ABSENT)
        return false
      case 'patch':
        return known.get(one) !== PRESENT
      case 'move': {
        const isPresent = known.get(one) === PRESENT
        known.set(one, ABSENT)
        known.set(other, isPresent ? PRESENT : UNKNOWN)
        return !isPresent
      }
      default:
        return false
    }
  }

  /** Decides. Afterwards the planner is used up; close the plan. */
  async decide(): Promise<Plan> {
    const plan = new Plan(this.#rows, this.#starts)
    const backwards = new Backwards(this.#starts)
    this.#ids.close()
    for (const _ of this.#rows.rewriteBackwards((page, at, row) => backwards.decide(page, at, row))) {
      await setImmediate()
    }
    plan.superseded = backwards.superseded
    return plan
  }

  close(): void {
    this.#ids.close()
    this.#rows.close()
  }
}

/** The walk from the last record to the first. */
class Backwards {
  superseded = 0
  readonly #starts: readonly number[]
  #input: number
  /** For each id the next record that sets it: its line, or 0 if there is none, and its input. */
  readonly #lines = new GrowableNumbers(Uint32Array)
  readonly #inputs = new GrowableNumbers(Uint32Array)
  /** 1 if an applied record reads the state of the id. */
  readonly #read = new GrowableNumbers(Uint8Array)

  constructor(starts: readonly number[]) {
    this.#starts = starts
    this.#input = starts.length - 1
  }

  decide(page: Uint32Array, at: number, row: number): void {
    while (row < this.#starts[this.#input]!) this.#input -= 1
    const [coded, line, one, other] = [page[at]!, page[at + 1]!, page[at + 2]!, page[at + 3]!]
    const code = codeOf(coded)
    const verdict = this.#verdict(code % PINNED, code >= PINNED, one, other)
    page[at] = coded - code + verdict
    if (verdict !== VERDICT.apply) {
      const result = other > 0 ? other : one
      page[at + 2] = this.#lines.get(result)
      page[at + 3] = this.#inputs.get(result)
      this.superseded += 1
    }
    if (one > 0) this.#sets(one, line)
    if (other > 0) this.#sets(other, line)
  }

  /** Whether a record is applied. Notes what it reads from earlier records, and satisfies what was read from it. */
  #verdict(kind: number, pinned: boolean, one: number, other: number): number {
    const isDue = this.#takeDue(one)
    switch (kind) {
      case EFFECT.put:
      case EFFECT.remove:
        return isDue ? VERDICT.apply : VERDICT.superseded
      case EFFECT.patch:
        if (!pinned && !isDue) return VERDICT.superseded
        this.#read.set(one, 1)
        return VERDICT.apply
      case EFFECT.move:
        return this.#move(pinned, isDue, one, other)
      default:
        if (other > 0) this.#takeDue(other)
        return VERDICT.apply
    }
  }

  #move(pinned: boolean, sourceIsDue: boolean, from: number, to: number): number {
    const targetIsDue = this.#takeDue(to)
    if (pinned || targetIsDue) {
      this.#read.set(from, 1)
      if (pinned) this.#read.set(to, 1)
      return VERDICT.apply
    }
    return sourceIsDue ? VERDICT.removeSource : VERDICT.superseded
  }

  /** True if a later record reads the id, or no later one sets it. */
  #takeDue(id: number): boolean {
    if (id === 0) return false
    const isDue = this.#lines.get(id) === 0 || this.#read.get(id) === 1
    this.#read.set(id, 0)
    return isDue
  }

  #sets(id: number, line: number): void {
    this.#lines.set(id, line)
    if (this.#input > 0) this.#inputs.set(id, this.#input)
    else if (this.#inputs.get(id) > 0) this.#inputs.set(id, 0)
  }
}
