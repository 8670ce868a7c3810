import { noteTenant, type TenantCounts } from '../../../archive/journal.ts'
import { type LeftOutCounts, leftOutFields } from '../../../archive/object/filterPages.ts'
import type { IdGap } from '../../../archive/part/missingRanges.ts'
import type { Storage } from '../../../archive/storage/storage.ts'
import type { WokenTenants } from '../../../run/activeTenants.ts'
import { countOf, requireComplete, type ScanContext } from './completeness.ts'
import type { ScanStateOf } from './scanState.ts'

/** A unit of work: one gap, or all gaps of a tenant that must be activated for them. */
export interface GapWork {
  /** The tenant to wake. */
  readonly asleep?: string
  readonly gaps: readonly IdGap[]
}

/** The remaining work: gaps, and each sleeping tenant that was not scanned completely. */
export function remainingWork(
  gaps: readonly IdGap[],
  tenants: readonly string[],
  woken: WokenTenants,
  done: readonly TenantCounts[],
): GapWork[] {
  const ended = new Set(done.map(({ tenant }) => tenant))
  const awake = gaps.filter(({ tenant }) => !woken.isAsleep(tenant))
  const asleep = tenants.filter((name) => woken.isAsleep(name) && !ended.has(name))
  return [
    ...awake.map((gap) => ({ gaps: [gap] })),
    ...asleep.map((name) => ({
      asleep: name,
      gaps: gaps.filter(({ tenant }) => tenant === name),
    })),
  ]
}

/** What a scan of inactive tenants needs. */
export interface InactiveTenantOptions {
  readonly storage: Storage
  readonly woken: WokenTenants
  readonly looking: ScanContext
  readonly held: ScanStateOf
  /** Tenants that an interrupted backup finished. */
  readonly done: readonly TenantCounts[]
  /** By tenant: objects that were left out, and that no part counts. */
  readonly unplaced: ReadonlyMap<string | undefined, LeftOutCounts>
  /** Called with the number of newly counted objects. */
  readonly onCounted: (objects: number) => void
}

/** Sleeping tenants: each worker wakes one at a time, counts and compares it while it is awake, and puts it back. */
export class InactiveTenantScan {
  readonly #options: InactiveTenantOptions
  readonly #done: TenantCounts[]

  constructor(options: InactiveTenantOptions) {
    this.#options = options
    this.#done = [...options.done]
  }

  /** The counts so far. */
  get counts(): readonly TenantCounts[] {
    return this.#done
  }

  /** Wakes a tenant; returns how many objects it has. */
  async begin(tenant: string): Promise<number> {
    const { woken, onCounted } = this.#options
    await woken.wake(tenant)
    const objects = await this.#count(tenant)
    onCounted(objects)
    return objects
  }

  /**
   * Call this once all its parts are recorded: compares, records its counts, and puts it back.
   * @throws ElysiaError ELYSIA_INCOMPLETE
   */
  async end(tenant: string, before: number): Promise<void> {
    const { storage, woken, looking, held, unplaced } = this.#options
    const after = await this.#count(tenant)
    const leftOut = leftOutFields(unplaced.get(tenant) ?? { filtered: 0, rejected: 0 })
    const state = looking.selection?.ids === undefined ? held(tenant) : undefined
    if (state !== undefined)
      await requireComplete(looking, { tenant, before, after, objects: state.objects }, state.scannedRanges)
    const counts = { tenant, before, after, ...leftOut }
    await noteTenant(storage, counts)
    this.#done.push(counts)
    await woken.putBack(tenant)
  }

  #count(tenant: string): Promise<number> {
    return countOf(this.#options.looking, tenant)
  }
}
