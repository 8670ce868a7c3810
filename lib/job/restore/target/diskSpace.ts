import type { Retrying } from '../../../async/retry.ts'
import { ElysiaError } from '../../../core/errors.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import { roughSize } from '../../../core/units.ts'
import { isRecord } from '../../../core/value/record.ts'
import type { Emit } from '../../../run/context.ts'
import type { Store } from '../../../store/store.ts'
import type { RestorePlan } from '../run.ts'
import type { RestoreSource } from '../source/source.ts'

/**
 * The size of objects in a store relative to uncompressed parts of an archive; less if vectors are written as numbers
 * there, each digit a byte. Measured 0.97 with vectors of 64 numbers in base64. Too low a value is caught late, by a
 * full disk; too high a value would refuse what fits.
 */
const PART = { base64: 0.9, columns: 0.9, none: 0.9, numbers: 0.35 } as const

/**
 * A server with one replica takes so many times what an embedded store does, for its indexes and its logs. Measured 3.4
 * on 1.40 with 6 000 objects and vectors of 128 numbers; what is fixed weighs less in a large collection.
 */
const SERVER = 3

/** From here on, a disk that fills up costs hours: it is worth a line to know of it. */
const LARGE_BYTES = 1024 ** 3
const LARGE_OBJECTS = 1_000_000

/** A restore into a class that does not exist yet. */
export interface NewClassRestore {
  readonly store: Store
  readonly source: RestoreSource
  readonly plan: RestorePlan
  readonly retry: Retrying
  readonly emit: Emit
}

/**
 * Refuses a store whose disk cannot hold what the archive announces. No server reports the room on its disks: an event
 * says so if the source is large. The size of a selection, and of transformed objects, is unknown.
 * @throws ElysiaError ELYSIA_CONFLICT
 */
export async function requireDiskSpace({ store, source, plan, retry, emit }: NewClassRestore): Promise<void> {
  const isPart = plan.selection?.isPartial === true || !plan.transforms.isEmpty || plan.only !== undefined
  if (isPart) return
  const free = await retry(async () => store.freeBytes?.())
  const archived = archivedBytes(source)
  if (free === undefined) return reportUnknownSpace({ store, source, plan, emit }, archived)
  if (archived === undefined || free >= archived) return
  const fact = `${store.target} has no room: ${plan.schema.class} takes about ${roughSize(archived)}, and ${roughSize(free)} are free there`
  throw new ElysiaError('ELYSIA_CONFLICT', fact, {
    hint: 'nothing was written; make room on its disk, or name a store on another one with --target',
  })
}

/** What an archive takes in an embedded store; undefined if it does not say. */
function archivedBytes({ manifest, isSparse }: RestoreSource): number | undefined {
  if (manifest === undefined || isSparse !== undefined) return undefined
  return PART[manifest.encoding.vectors] * manifest.totals.raw_bytes
}

function reportUnknownSpace(
  { store, source, plan, emit }: Pick<NewClassRestore, 'store' | 'source' | 'plan' | 'emit'>,
  archived: number | undefined,
): void {
  if (store.clockDifferenceMs === undefined) return
  const objects = plan.objects ?? source.about
  const bytes = archived === undefined ? undefined : Math.round(archived * SERVER * replicasOf(plan.schema))
  if ((bytes ?? 0) < LARGE_BYTES && (objects ?? 0) < LARGE_OBJECTS) return
  emit({
    type: 'room_unknown',
    collection: plan.schema.class,
    target: store.target,
    ...(bytes !== undefined && { bytes }),
    ...(objects !== undefined && { objects }),
  })
}

function replicasOf({ replicationConfig }: CollectionSchema): number {
  const factor = isRecord(replicationConfig) ? replicationConfig.factor : undefined
  return typeof factor === 'number' && factor >= 1 ? factor : 1
}
