import type { Trace } from '../../../archive/undo/undo.ts'
import type { Retrying } from '../../../async/retry.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { Collection, Projection, Store } from '../../../store/store.ts'
import type { SplitObject } from '../../../transform/object/references.ts'
import type { Precedence } from '../../restore/conflict/precedence.ts'
import type { Traces } from '../../undo/traces.ts'

/** If the clocks of nodes differ more than this, their update times say too little. */
const MOST_CLOCK_MS = 5_000
/** How many objects are remembered; any others are told apart by their times alone. */
const MOST_REMEMBERED = 200_000
const MOST_READ_BACK = 2_000
const TIMES: Projection = { properties: [], vectors: false, times: true }

/**
 * How exactly the times of two stores are known, in milliseconds; undefined if update times do not tell who wrote an
 * object last: in a store whose objects bring their own, or whose clock cannot be measured.
 */
export async function clockBound(...stores: readonly Store[]): Promise<number | undefined> {
  let most = 0
  for (const store of stores) {
    const difference = await store.clockDifferenceMs?.()
    if (difference === undefined || Math.abs(difference) > MOST_CLOCK_MS) return undefined
    most = Math.max(most, Math.abs(difference))
  }
  return most
}

/**
 * The times that separate the writes of a copy from those through its alias. In milliseconds, by the clocks of the
 * stores.
 */
export interface SwitchTimes {
  /** What was created in the source before this is in the target, or was removed from it. */
  readonly copiedMs: number
  /** Writes to the target from here on came through the alias; 0 if it is not switched yet. */
  readonly switchedMs: number
}

/**
 * Decides whose state of an object counts once the alias means the target: what was written through it wins, except
 * over the copy's own writes. Memory: an id and a digest for each object that the copy wrote around the switch.
 */
export class SwitchPrecedence implements Precedence {
  readonly #times: SwitchTimes
  /** What the copy recently wrote to the target; undefined if another process, or an earlier pass, may have. */
  readonly #written = new Map<string, Trace | undefined>()
  #newest = 0
  #newestThere = 0
  readonly #sent: { readonly id: string; readonly tenant?: string }[] = []
  #kept = 0

  constructor(times: SwitchTimes, before?: SwitchPrecedence) {
    this.#times = times
    if (before === undefined) return
    for (const [key, trace] of before.#written) this.#written.set(key, trace)
  }

  /** Objects that stay as they are in the target. */
  get kept(): number {
    return this.#kept
  }

  /** When the source received the newest object sent, in milliseconds; 0 if nothing was sent. */
  get newestSentMs(): number {
    return this.#newest
  }

  /**
   * When the copy last wrote to the target, by the clock of a target with one node; undefined if that would take too
   * many reads.
   */
  async lastWriteMs(target: Collection, retry: Retrying): Promise<number | undefined> {
    if (this.#sent.length > MOST_READ_BACK) return undefined
    let newest = this.#newestThere
    for (const [tenant, group] of Map.groupBy(this.#sent, (one) => one.tenant)) {
      const ids = group.map(({ id }) => id)
      const found = await retry(() => target.readMany(ids, TIMES, tenant === undefined ? {} : { tenant }))
      for (const { updatedMs = 0 } of found) newest = Math.max(newest, updatedMs)
    }
    return newest === 0 ? undefined : newest
  }

  ofTarget({ source, expected }: SplitObject, there: StoredObject | undefined, traces: Traces): boolean {
    const stays = this.#isNewer(source, there, traces)
    if (stays) this.#kept += 1
    else {
      this.#newest = Math.max(this.#newest, source.updatedMs ?? 0)
      this.#remember(source, traces.of(expected))
      const { id, tenant } = source
      if (this.#sent.length <= MOST_READ_BACK)
        this.#sent.push({ id, ...(tenant !== undefined && { tenant }) })
    }
    return stays
  }

  seen({ source }: SplitObject): void {
    if (!this.#written.has(keyOf(source))) this.#remember(source, undefined)
  }

  keeps(there: StoredObject): boolean {
    const { switchedMs, copiedMs } = this.#times
    const { createdMs = 0, updatedMs = 0 } = there
    this.#newestThere = Math.max(this.#newestThere, updatedMs)
    if (switchedMs > 0 && updatedMs >= switchedMs) return true
    if (createdMs >= copiedMs && !this.#written.has(keyOf(there))) this.#remember(there, undefined)
    return false
  }

  #isNewer(source: StoredObject, there: StoredObject | undefined, traces: Traces): boolean {
    const { switchedMs, copiedMs } = this.#times
    if (switchedMs === 0) return false
    const key = keyOf(source)
    // Absent: it was removed through the alias, unless the copy never put it there.
    if (there === undefined) return this.#written.has(key) || (source.createdMs ?? copiedMs) < copiedMs
    const { updatedMs = 0 } = there
    const wrote = this.#written.get(key)
    const isOfCopy = updatedMs < switchedMs || (wrote !== undefined && traces.matches(there, wrote))
    return !isOfCopy && updatedMs >= (source.updatedMs ?? 0)
  }

  #remember(object: StoredObject, wrote: Trace | undefined): void {
    const key = keyOf(object)
    if (this.#written.size < MOST_REMEMBERED || this.#written.has(key)) this.#written.set(key, wrote)
  }
}

function keyOf({ id, tenant = '' }: StoredObject): string {
  return `${tenant}\u0000${id}`
}
