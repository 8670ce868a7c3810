import type { ObjectRange } from '../../archive/object/source.ts'
import type { Side } from '../../stream/mergeJoin.ts'
import type { RequireAllFound } from '../scan/countedScan.ts'
import type { Comparison } from './context.ts'
import type { SideCountOptions } from './side/side.ts'

type TenantName = ObjectRange['tenant']

/** A tenant that is being read, or a collection without tenants. */
interface TenantProgress {
  /** The number of unfinished ranges. */
  left: number
  readonly objects: Record<Side, number>
  readonly checks: Promise<readonly RequireAllFound[]>
}

const SIDES: readonly Side[] = ['left', 'right']

/**
 * Compares what is read of each tenant, or of a collection without tenants, with the store's count: before the first of
 * its ranges is read, and after the last. Memory: the tenants that are being read.
 */
export class RangeCounts {
  readonly #comparison: Comparison
  readonly #counting: SideCountOptions
  readonly #ranges: ReadonlyMap<TenantName, number>
  readonly #read = new Map<TenantName, TenantProgress>()

  constructor(comparison: Comparison, ranges: readonly ObjectRange[], counting: SideCountOptions) {
    this.#comparison = comparison
    this.#counting = counting
    const counts = new Map<TenantName, number>()
    for (const { tenant } of ranges) counts.set(tenant, (counts.get(tenant) ?? 0) + 1)
    this.#ranges = counts
  }

  /** Call this before a range is read: its tenant must be active. */
  async begin({ tenant }: ObjectRange): Promise<void> {
    let reading = this.#read.get(tenant)
    if (reading === undefined) {
      reading = {
        left: this.#ranges.get(tenant) ?? 1,
        objects: { left: 0, right: 0 },
        checks: Promise.all(SIDES.map((side) => this.#count(side, tenant))),
      }
      this.#read.set(tenant, reading)
    }
    await reading.checks
  }

  /** Adds the objects that were read in a range. */
  add({ tenant }: ObjectRange, objects: Readonly<Record<Side, number>>): void {
    const reading = this.#read.get(tenant)!
    for (const side of SIDES) reading.objects[side] += objects[side]
  }

  /**
   * Call this after a range was read.
   * @throws ElysiaError ELYSIA_INCOMPLETE if its store returned less than it counts
   */
  async end({ tenant }: ObjectRange): Promise<void> {
    const reading = this.#read.get(tenant)!
    reading.left -= 1
    if (reading.left > 0) return
    this.#read.delete(tenant)
    const checks = await reading.checks
    for (const [at, side] of SIDES.entries()) await checks[at]!(reading.objects[side])
  }

  /** Counts one side. If only some objects are compared, nothing is counted. */
  async #count(side: Side, tenant: TenantName): Promise<RequireAllFound> {
    const { live, tenants } = this.#comparison[side]
    const isSelected = this.#comparison.request.selections[side].length > 0
    const isThere = tenant === undefined || tenants?.some(({ name }) => name === tenant) === true
    if (live === undefined || isSelected || !isThere) return async () => {}
    return live.counted(tenant, this.#counting)
  }
}
