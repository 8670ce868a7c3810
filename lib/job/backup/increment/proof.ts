import type { Chain } from '../../../archive/chain/chain.ts'
import { chainEntries } from '../../../archive/chain/entries.ts'
import type { IndexEntry } from '../../../archive/chain/entry.ts'
import { rangeOf } from '../../../archive/idRange.ts'
import { rememberedSha256 } from '../../../archive/object/digest.ts'
import type { ObjectRange } from '../../../archive/object/source.ts'
import type { Retrying } from '../../../async/retry.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { Collection, Projection } from '../../../store/store.ts'
import type { PageTransform } from '../scan/transforms.ts'

/** How to read a sample of a collection. */
export interface SampleOptions {
  readonly base: Chain
  readonly collection: Collection
  readonly projection: Projection
  readonly unchangedBeforeMs: number
  /** The share of objects to read: more than 0, at most 1. */
  readonly share: number
  readonly transform: PageTransform | undefined
  /** False for a tenant that cannot be read. */
  readonly isAwake: (tenant: string | undefined) => boolean
  readonly retry: Retrying
  readonly signal: AbortSignal
}

/** The result of a sample. */
export interface Proof {
  /** Objects that were read, and that are unchanged by their update time. */
  readonly objects: number
  /** The first one that has changed nevertheless. */
  readonly changed?: string
}

const BATCH = 250

/**
 * Reads a sample of the objects that are unchanged since the base by their update time, and compares them with the
 * base. Stops at the first that has changed. Memory: a batch, and a page of each link.
 */
export async function proveUnchanged(sampling: SampleOptions): Promise<Proof> {
  let objects = 0
  for (const range of sampling.base.newest.manifest.ranges.map(rangeOf)) {
    if (!sampling.isAwake(range.tenant)) continue
    for await (const sample of samplesIn(range, sampling)) {
      const checked = await unchangedAmong(sample, range, sampling)
      objects += checked.objects
      if (checked.changed !== undefined) return { objects, changed: checked.changed }
    }
  }
  return { objects }
}

async function* samplesIn(
  range: ObjectRange,
  { base, share, unchangedBeforeMs }: SampleOptions,
): AsyncGenerator<readonly IndexEntry[]> {
  let sample: IndexEntry[] = []
  const pages: AsyncIterable<readonly IndexEntry[]> = chainEntries(base, range)
  for await (const page of pages) {
    for (const entry of page) {
      const { sha256, updatedMs } = entry
      if (sha256 === undefined || updatedMs === undefined || updatedMs >= unchangedBeforeMs) continue
      if (Math.random() >= share) continue
      sample.push(entry)
      if (sample.length < BATCH) continue
      yield sample
      sample = []
    }
  }
  if (sample.length > 0) yield sample
}

async function unchangedAmong(
  sample: readonly IndexEntry[],
  { tenant }: ObjectRange,
  { collection, projection, transform, retry, signal }: SampleOptions,
): Promise<Proof> {
  const call = { signal, ...(tenant !== undefined && { tenant }) }
  const ids = sample.map(({ id }) => id)
  const read = await retry(() => collection.readMany(ids, projection, call), signal)
  const transformed = new Map(((await transform?.(read)) ?? read).map((object) => [object.id, object]))
  const entries = new Map(sample.map((entry) => [entry.id, entry]))
  const sameTime = read.filter(({ id, updatedMs }) => entries.get(id)?.updatedMs === updatedMs)
  const changed = sameTime.find(({ id }) => isOther(transformed.get(id), entries.get(id)))
  return { objects: sameTime.length, ...(changed !== undefined && { changed: changed.id }) }
}

function isOther(object: StoredObject | undefined, entry: IndexEntry | undefined): boolean {
  return object === undefined || rememberedSha256(object) !== entry?.sha256
}
