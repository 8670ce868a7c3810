import type { Retrying } from '../../../async/retry.ts'
import { ElysiaError } from '../../../core/errors.ts'
import { roughSize } from '../../../core/units.ts'
import type { Store } from '../../../store/store.ts'
import type { RestorePlan } from '../run.ts'
import type { RestoreSource } from '../source/source.ts'

/**
 * The size of objects in a store relative to uncompressed parts of an archive; less if vectors are written as numbers
 * there, each digit a byte. Measured 0.97 with vectors of 64 numbers in base64. Too low a value is caught late, by a
 * full disk; too high a value would refuse what fits.
 */
const PART = { base64: 0.9, columns: 0.9, none: 0.9, numbers: 0.35 } as const

/** A restore into a class that does not exist yet. */
export interface Arriving {
  readonly store: Store
  readonly source: RestoreSource
  readonly plan: RestorePlan
  readonly retry: Retrying
}

/**
 * Refuses a store whose disk cannot hold what the archive announces. The size of a selection, of transformed objects,
 * and of a server's disks is unknown.
 * @throws ElysiaError ELYSIA_CONFLICT
 */
export async function requireRoom({ store, source, plan, retry }: Arriving): Promise<void> {
  const { manifest } = source
  const isPart = plan.selection?.isPartial === true || !plan.transforms.isEmpty || plan.only !== undefined
  if (manifest === undefined || isPart || source.isSparse !== undefined) return
  const free = await retry(async () => store.freeBytes?.())
  const needed = PART[manifest.encoding.vectors] * manifest.totals.raw_bytes
  if (free === undefined || free >= needed) return
  const fact = `${store.target} has no room: ${plan.schema.class} takes about ${roughSize(needed)}, and ${roughSize(free)} are free there`
  throw new ElysiaError('ELYSIA_CONFLICT', fact, {
    hint: 'nothing was written; make room on its disk, or name a store on another one with --target',
  })
}
