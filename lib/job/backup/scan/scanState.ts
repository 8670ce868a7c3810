import type { Archive } from '../../../archive/archive.ts'
import { type Chain, chainState, stateAfter } from '../../../archive/chain/chain.ts'
import { chainEntries } from '../../../archive/chain/entries.ts'
import type { IndexEntry } from '../../../archive/chain/entry.ts'
import { rangeOf } from '../../../archive/idRange.ts'
import type { Manifest } from '../../../archive/manifest.ts'
import type { LeftOutCounts } from '../../../archive/object/filterPages.ts'
import type { ObjectRange } from '../../../archive/object/source.ts'
import { isPartial } from '../manifest.ts'
import type { StartedBackup, StorageJob } from '../run.ts'
import type { ScannedRange } from './completeness.ts'
import { readBy } from './progress.ts'
import { scannedRangesOf } from './scannedRanges.ts'

/** What a scan found in a tenant, or in a collection without tenants; undefined if unknown. */
export type ScanStateOf = (tenant: string | undefined) => ScanState | undefined

interface ScanState {
  /** Including those that a selection left out. */
  readonly objects: number
  readonly scannedRanges: readonly ScannedRange[]
}

/**
 * What an unfinished archive holds according to its recorded files; for an increment, including what its base holds.
 * `unplaced`: objects that were left out, and that no part counts.
 */
export function unfinishedState(
  { storage, state, run: { signal } }: StorageJob,
  { plan, partsDone: there, indexDone: thereIndex }: StartedBackup,
  unplaced: ReadonlyMap<string | undefined, LeftOutCounts>,
): ScanStateOf {
  const isOf =
    (tenant: string | undefined) =>
    ({ range }: { readonly range: number }) =>
      plan.ranges[range]!.tenant === tenant
  const { base } = state
  if (base === undefined) {
    const reading = { storage, plan, signal }
    return (tenant) => ({
      objects: readBy([...state.parts.filter(isOf(tenant)), { objects: 0, ...unplaced.get(tenant) }]),
      scannedRanges: scannedRangesOf(reading, state.parts, tenant),
    })
  }
  const before = chainState(base)
  // Nothing records what a filter left out of an interrupted increment.
  const isKnown = !isPartial(plan) || there.length + thereIndex.length === 0
  return (tenant) => {
    const own = { parts: state.parts.filter(isOf(tenant)), index: state.index.filter(isOf(tenant)) }
    const chain = withNewest(base, { storage, manifest: { ...plan, ...own } as unknown as Manifest })
    const ranges = plan.ranges.filter((range) => range.tenant === tenant).map(rangeOf)
    const scannedRanges = ranges.map((range) => ({ ...range, ids: () => idsIn(chain, range) }))
    if (!isKnown) return undefined
    const objects = isPartial(plan)
      ? (state.scanned.get(tenant) ?? 0)
      : stateAfter(before.of(tenant), own, true).objects
    return { objects, scannedRanges }
  }
}

/** A chain with one more increment. */
function withNewest({ links }: Chain, newest: Archive): Chain {
  return { links: [...links, newest], newest }
}

async function idsIn(chain: Chain, range: ObjectRange): Promise<Set<string>> {
  const ids = new Set<string>()
  const pages: AsyncIterable<readonly IndexEntry[]> = chainEntries(chain, range)
  for await (const page of pages) for (const { id, sha256 } of page) if (sha256 !== undefined) ids.add(id)
  return ids
}
