import type { Trace } from '../../../archive/undo/undo.ts'
import type { Retrying } from '../../../async/retry.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { Collection, Projection, Store } from '../../../store/store.ts'
import type { SplitObject } from '../../../transform/object/references.ts'
import type { Precedence } from '../../restore/conflict/precedence.ts'
import type { TraceMatch, Traces } from '../../undo/traces.ts'
import type { CarriedObject, ObjectKey, SwitchLog } from './switchLog.ts'

/** If the clocks of nodes differ more than this, their update times say too little. */
export const MOST_CLOCK_MS = 5_000
const MOST_READ_BACK = 2_000
/** The references of an object follow when all objects are written. */
const PARTLY: TraceMatch = { partlyLinked: true }
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
  /** How much a time of the source may be ahead of the same time of the target; 0 if one clock sets both. */
  readonly skewMs: number
}

/**
 * Decides whose state of an object counts once the alias means the target: what was written through it wins, except
 * over the copy's own writes. Whoever uses the alias began a write to the source before the switch, so it may count as
 * the earlier one of two: only a write to the source that is certainly later wins. Memory: some ids, besides the log.
 */
export class SwitchPrecedence implements Precedence {
  readonly #times: SwitchTimes
  readonly #log: SwitchLog
  /** How many objects were removed since the switch by earlier passes. */
  readonly deletedBefore: number
  #newest = 0
  #newestThere = 0
  readonly #sent: ObjectKey[] = []
  #kept = 0
  #postponed = 0
  #failure: unknown

  constructor(times: SwitchTimes, log: SwitchLog, deletedBefore = 0) {
    this.deletedBefore = deletedBefore
    this.#times = times
    this.#log = log
  }

  /** Objects that stay as they are in the target, and did not in an earlier pass. */
  get kept(): number {
    return this.#kept
  }

  /** When the source received the newest object sent, in milliseconds; 0 if nothing was sent. */
  get newestSentMs(): number {
    return this.#newest
  }

  /** How often objects were left for another pass. */
  get postponed(): number {
    return this.#postponed
  }

  /** The last error because of which objects were left; undefined if there was none. */
  get failure(): unknown {
    return this.#failure
  }

  /** Before the switch nobody else writes, and a write may be repeated as it is. */
  get isCareful(): boolean {
    return this.#times.switchedMs > 0
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
    const stays = this.#stays(source, there, traces)
    if (stays) {
      if (this.#log.stay(source)) this.#kept += 1
      return true
    }
    this.#newest = Math.max(this.#newest, source.updatedMs ?? 0)
    const { id, tenant } = source
    if (this.#sent.length <= MOST_READ_BACK) this.#sent.push({ id, ...(tenant !== undefined && { tenant }) })
    if (this.isCareful) {
      const isThere = (wrote: Trace) => there !== undefined && traces.matches(there, wrote, PARTLY)
      this.#log.carry(source, traces.of(expected), isThere)
    } else this.#log.bring(source)
    return false
  }

  seen({ source }: SplitObject): void {
    this.#log.bring(source)
  }

  keeps(there: StoredObject, traces?: Traces): boolean {
    const { switchedMs } = this.#times
    const { updatedMs = 0 } = there
    this.#newestThere = Math.max(this.#newestThere, updatedMs)
    if (switchedMs === 0 || updatedMs >= switchedMs) this.#log.bring(there)
    if (switchedMs === 0 || updatedMs < switchedMs) return false
    const carried = this.#log.carried(there)
    if (carried?.acknowledged === false) this.#log.acknowledge([there])
    // Without its content, it is not clear yet whether it is the copy's own.
    return carried === undefined || (traces !== undefined && !isCarried(there, carried, traces))
  }

  owns(there: StoredObject, traces: Traces): boolean {
    const wrote = this.#log.carried(there)?.wrotes.at(-1)
    return wrote === undefined || traces.matches(there, wrote, PARTLY)
  }

  written(objects: readonly StoredObject[]): void {
    if (this.isCareful) this.#log.acknowledge(objects)
  }

  linked(objects: readonly ObjectKey[]): void {
    if (this.isCareful) this.#log.link(objects)
  }

  removed(objects: readonly ObjectKey[]): void {
    this.#log.removed(objects)
  }

  postpone(failure?: unknown): void {
    this.#postponed += 1
    this.#failure = failure ?? this.#failure
  }

  #stays(source: StoredObject, there: StoredObject | undefined, traces: Traces): boolean {
    const { switchedMs, copiedMs, skewMs } = this.#times
    if (switchedMs === 0) return false
    const carried = this.#log.carried(source)
    // Absent: it was removed through the alias, unless the copy never put it there.
    if (there === undefined) {
      const isOld = carried === undefined && (source.createdMs ?? copiedMs) < copiedMs
      return isOld || carried?.acknowledged === true || this.#log.isFromSource(source)
    }
    const { updatedMs = 0 } = there
    const isOfCopy = updatedMs < switchedMs || (carried !== undefined && isCarried(there, carried, traces))
    return !isOfCopy && updatedMs + skewMs >= (source.updatedMs ?? 0)
  }
}

/** Whether an object is as any of the copy's own writes left it; the references may still have to follow. */
function isCarried(there: StoredObject, { wrotes, linked }: CarriedObject, traces: Traces): boolean {
  return wrotes.some((wrote) => traces.matches(there, wrote, { partlyLinked: !linked }))
}
