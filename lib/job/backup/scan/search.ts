import type { Manifest, Plan } from '../../../archive/manifest.ts'
import { type SearchPlan, searchPlan } from '../../selection/searchPlan.ts'
import type { BackupJob } from '../job.ts'
import { callsFor } from '../plan.ts'

/**
 * How to find the objects of a backup. If tenants must be activated, all are scanned; an increment reads all ids
 * anyway.
 */
export function searchOf({ run, task, subject, retry, state }: BackupJob, plan: Plan): Promise<SearchPlan> {
  const { store, options } = task
  const { schema, selection } = subject
  const isAwake = (plan.tenants ?? []).every(({ state }) => state === 'active')
  return retry(() =>
    searchPlan({
      ...{ store, schema, selection, collection: store.collection(schema.class) },
      calls: callsFor(plan.tenants),
      pushDown: options.pushDown && isAwake && plan.content === 'full' && state.base === undefined,
      emit: options.explain ? run.emit : () => {},
    }),
  )
}

/** Reports how many objects were read for the selected ones. */
export function explainRead(
  { run, task }: Pick<BackupJob, 'run' | 'task'>,
  { collection, counts, selection }: Manifest,
): void {
  if (!task.options.explain || selection?.filter === undefined) return
  const { written, filtered = 0, rejected = 0 } = counts
  run.emit({ type: 'filter_evaluated', collection, read: written + filtered + rejected, selected: written })
}
