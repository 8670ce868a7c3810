import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { rangeOf } from '../../../archive/idRange.ts'
import type { Part, Plan } from '../../../archive/manifest.ts'
import { LeftOut, type LeftOutCounts, leftOutFields, leftOutIn } from '../../../archive/object/filterPages.ts'
import type { SingleArchiveWriter } from '../../../archive/single/write.ts'
import { nameStage, type StageObserver } from '../../../core/channel/stages.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { WokenTenants } from '../../../run/activeTenants.ts'
import { mapChunks } from '../../../stream/mapChunks.ts'
import { selectedPages } from '../../selection/pages.ts'
import { callsFor, scanProjection, type TenantObjectCounts } from '../plan.ts'
import { countOf, isOld, requireComplete, type ScanContext, type ScannedRange } from './completeness.ts'
import { readBy } from './progress.ts'
import { countAfter, countedBefore, isScan, type ScanResult } from './scanParts.ts'

/** What the ranges of a single-file archive share while they are scanned. */
export interface SingleScanOptions {
  readonly plan: Plan
  readonly archive: SingleArchiveWriter
  readonly looking: ScanContext
  readonly vectors: boolean
  readonly woken: WokenTenants
  /** The store's counts before the scan. */
  readonly counted: TenantObjectCounts
  /** Makes the stages between reading and encoding: pages → pages. */
  readonly transforms: (leftOut: LeftOut) => readonly Duplex[]
  /** Abort it to end the scan: what was written then is cut short. */
  readonly stop: AbortSignal | undefined
  readonly onObjects: (objects: number) => void
  /** Observes the stages of each range. */
  readonly stages?: StageObserver | undefined
  /** Called with the number of objects of a tenant that was not counted before. */
  readonly onCounted: (objects: number) => void
}

/**
 * Scans all ranges of a plan into a single-file archive, one after another, and compares each count with them. Memory:
 * two pages.
 * @throws ElysiaError ELYSIA_INCOMPLETE if the store withholds something
 */
export async function scanSingle(options: SingleScanOptions): Promise<ScanResult> {
  const scan = new SingleScan(options)
  const parts: Part[] = []
  for (const index of options.plan.ranges.keys()) parts.push(await scan.awake(index))
  return { parts, counts: await scan.counts(parts) }
}

class SingleScan {
  readonly #options: SingleScanOptions
  readonly #woke = { before: 0, after: 0 }
  readonly #scannedRanges = new Map<string | undefined, ScannedRange[]>()

  constructor(options: SingleScanOptions) {
    this.#options = options
  }

  /** A range of a sleeping tenant, which is woken, counted, compared and put back. */
  async awake(index: number): Promise<Part> {
    const { plan, woken, looking } = this.#options
    const { tenant } = plan.ranges[index]!
    if (tenant === undefined || !woken.isAsleep(tenant)) return this.#range(index)
    const count = () => countOf(looking, tenant)
    await woken.wake(tenant)
    const before = await count()
    this.#options.onCounted(before)
    const part = await this.#range(index)
    const after = await count()
    const counted = { tenant, before, after, objects: readBy([part]) }
    if (isScan(plan)) await requireComplete(looking, counted, this.#scannedRanges.get(tenant) ?? [])
    await woken.putBack(tenant)
    this.#woke.before += before
    this.#woke.after += after
    return part
  }

  async counts(parts: readonly Part[]): Promise<ScanResult['counts']> {
    const { plan, looking, counted } = this.#options
    const { search } = looking
    const isCompared = isScan(plan)
    const before = search.conditions === undefined ? counted : search.found
    const after = await countAfter(looking, callsFor(plan.tenants), before, (tenant) => {
      if (!isCompared) return undefined
      const own = parts.filter(({ range }) => plan.ranges[range]!.tenant === tenant)
      const objects = readBy(own)
      return { objects, scannedRanges: this.#scannedRanges.get(tenant) ?? [] }
    })
    return {
      before: countedBefore(plan, search) + this.#woke.before,
      after: after + this.#woke.after,
      searched: search.texts,
      ...leftOutIn(parts as readonly Partial<LeftOutCounts>[]),
    }
  }

  /** Objects → transforms → lines of the file. */
  async #range(index: number): Promise<Part> {
    const { plan, archive, looking, vectors, transforms, stop, onObjects, stages: watcher } = this.#options
    const { collection, retry, signal, oldBeforeMs, selection, search } = looking
    const range = rangeOf(plan.ranges[index]!)
    let old = 0
    const countOld = nameStage(
      'count expired',
      mapChunks((page: readonly StoredObject[]) => {
        for (const object of page) if (isOld(object, oldBeforeMs)) old += 1
        return page
      }),
    )
    const source = selectedPages(collection, selection, range, {
      ...{ projection: scanProjection(vectors), retry, signal },
      conditions: search.conditions,
    })
    const leftOut = new LeftOut(onObjects)
    const lines = archive.range(index, { stop, onObjects })
    const counting = oldBeforeMs === undefined ? [] : [countOld]
    const stages = [
      nameStage('read pages', source),
      ...counting,
      ...transforms(leftOut),
      nameStage('make parts', lines),
    ] as const
    watcher?.watch(stages)
    await pipeline(stages, { signal })
    const scannedRanges = this.#scannedRanges.get(range.tenant) ?? []
    this.#scannedRanges.set(range.tenant, [...scannedRanges, { ...range, old }])
    const part = lines.part()
    return { ...part, ...leftOutFields({ filtered: leftOut.total, rejected: leftOut.rejected }) }
  }
}
