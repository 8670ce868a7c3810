import type { Chain } from '../../../archive/chain/chain.ts'
import type { Plan } from '../../../archive/manifest.ts'
import { type CollectionSchema, isReplicated } from '../../../core/schema.ts'
import type { Collection } from '../../../store/store.ts'
import { isPartial } from '../manifest.ts'
import { scanProjection } from '../plan.ts'
import type { StorageJob } from '../run.ts'
import type { InvalidVectors } from '../scan/invalidVectors.ts'
import type { PartsRun } from '../scan/parts.ts'
import { pageTransform, transformsOf } from '../scan/transforms.ts'
import { incrementChanges } from './changes.ts'
import { unchangedBefore } from './times.ts'

/** The reading of an increment for each gap: how its selected objects differ from the base. */
export function incrementReading(
  job: StorageJob,
  plan: Plan,
  base: Chain,
  collection: Collection,
  invalid: InvalidVectors | undefined,
  onScanned: (objects: number) => void,
): Pick<PartsRun, 'reading'> {
  const {
    retry,
    task,
    subject: { selection },
    state: { scanned },
  } = job
  const options = transformsOf(job, plan, invalid)
  const projection = scanProjection(plan.encoding.vectors !== 'none')
  const shared = {
    base,
    collection,
    projection: selection?.projection(projection) ?? projection,
    unchangedBeforeMs: unchangedBefore(base.newest.manifest, plan, task.options),
    isFiltered: isPartial(plan),
    isReplicated: isReplicated(plan.schema as unknown as CollectionSchema),
    retry,
  }
  return {
    reading: (gap, signal) => {
      const count = (objects: number) => {
        scanned.set(gap.tenant, (scanned.get(gap.tenant) ?? 0) + objects)
        onScanned(objects)
      }
      const transform = pageTransform({ ...options, signal })
      return [incrementChanges(gap, { ...shared, transform, signal, onScanned: count })]
    },
  }
}
