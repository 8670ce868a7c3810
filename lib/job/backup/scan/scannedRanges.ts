import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Part, Plan } from '../../../archive/manifest.ts'
import { missingIdGaps } from '../../../archive/part/missingRanges.ts'
import { partReadOptions } from '../../../archive/part/partReadOptions.ts'
import { partPages } from '../../../archive/part/read.ts'
import type { Storage } from '../../../archive/storage/storage.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { ScannedRange } from './completeness.ts'

/** An unfinished archive whose parts are read again. */
export interface UnfinishedSource {
  readonly storage: Storage
  readonly plan: Plan
  readonly signal: AbortSignal
}

/**
 * All ids of a tenant, or of a collection without tenants, as ranges that follow the parts: each range with the ids in
 * its parts, and an empty set for a gap between parts.
 */
export function scannedRangesOf(
  reading: UnfinishedSource,
  parts: readonly Part[],
  tenant: string | undefined,
): ScannedRange[] {
  const { ranges } = reading.plan
  const own = parts.filter((part) => ranges[part.range]!.tenant === tenant)
  const gaps = missingIdGaps(ranges, own).filter((gap) => gap.tenant === tenant)
  const together = Map.groupBy(own, ({ range, after, up_to }) => JSON.stringify([range, after, up_to]))
  return [
    ...gaps.map(({ after, upTo }) => scannedRange(after, upTo, async () => new Set<string>())),
    ...[...together.values()].map((files) =>
      scannedRange(files[0]!.after, files[0]!.up_to, () => idsIn(reading, files)),
    ),
  ]
}

function scannedRange(
  after: string | undefined,
  upTo: string | undefined,
  ids: ScannedRange['ids'] & {},
): ScannedRange {
  return { ...(after !== undefined && { after }), ...(upTo !== undefined && { upTo }), ids }
}

/** The ids of all objects in these parts. */
export async function idsIn(
  { storage, plan, signal }: UnfinishedSource,
  parts: readonly Part[],
): Promise<Set<string>> {
  const ids = new Set<string>()
  for (const part of parts) {
    const pages = partPages(await partReadOptions(storage, plan, part))
    const end = new Writable({
      objectMode: true,
      highWaterMark: 1,
      write(page: readonly StoredObject[], _, done) {
        for (const { id } of page) ids.add(id)
        done()
      },
    })
    await pipeline(pages, end, { signal })
  }
  return ids
}
