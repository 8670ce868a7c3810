import type { Chain } from '../../../archive/chain/chain.ts'
import type { Plan } from '../../../archive/manifest.ts'
import { type CollectionSchema, isReplicated } from '../../../core/schema.ts'
import type { Collection } from '../../../store/store.ts'
import { isPartial } from '../manifest.ts'
import { whatOf } from '../plan.ts'
import type { StorageJob } from '../run.ts'
import type { InvalidVectors } from '../scan/invalidVectors.ts'
import type { PartsRun } from '../scan/parts.ts'
import { pageTransform } from '../scan/transforms.ts'
import { changes } from './changes.ts'
import { unchangedBefore } from './times.ts'

/** What an increment reads of each gap: how what is selected of it differs from its base. */
export function changesRead(
  { retry, task, subject: { selection }, state: { scanned } }: StorageJob,
  plan: Plan,
  base: Chain,
  collection: Collection,
  invalid: InvalidVectors | undefined,
  onScanned: (objects: number) => void,
): Pick<PartsRun, 'reading'> {
  const projection = whatOf(plan.encoding.vectors !== 'none')
  const shared = {
    base,
    collection,
    projection: selection?.projection(projection) ?? projection,
    unchangedBeforeMs: unchangedBefore(base.newest.manifest, plan, task.options),
    transform: pageTransform({ selection, invalid }),
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
      return [changes(gap, { ...shared, signal, onScanned: count })]
    },
  }
}
