import type { Retrying } from '../../../async/retry.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import type { RunKey } from '../../../run/record.ts'
import { Run } from '../../../run/run.ts'
import type { Store } from '../../../store/store.ts'
import { planAlias } from '../alias/plan.ts'
import { restoreKey } from '../key.ts'
import { listedSource } from '../list/listedSource.ts'
import type { RestoreOptions } from '../options.ts'
import { healthyTarget } from '../planning/health.ts'
import { planRestore } from '../planning/plan.ts'
import type { RestoreContext, RestorePlan, RestoreRun } from '../run.ts'
import type { RestoreSource } from '../source/source.ts'
import { requireDiskSpace } from '../target/diskSpace.ts'
import { planForExisting, requireWritable } from './existing.ts'
import { requirePlan } from './files.ts'

/** A restore as it was asked for, and the plan made from it. Nothing is locked, opened or written yet. */
export interface PlannedRestore {
  readonly frame: Run
  readonly context: RestoreContext
  readonly store: Store
  readonly source: RestoreSource
  readonly options: RestoreOptions
  readonly alias: RestoreRun['alias']
  readonly retry: Retrying
  /** The class that already exists and may be written to; undefined if there is none. */
  readonly existing: CollectionSchema | undefined
  readonly plan: RestorePlan
  /** The key of the run in the journal. */
  readonly key: RunKey
}

/**
 * Asks the target what it is and has, and plans the restore.
 * @throws ElysiaError ELYSIA_USAGE, ELYSIA_NOT_FOUND, ELYSIA_CONFLICT, ELYSIA_UNREACHABLE
 */
export async function planSetup(
  whole: RestoreSource,
  store: Store,
  input: RestoreOptions,
  context: RestoreContext,
  classes: ReadonlySet<string>,
): Promise<PlannedRestore> {
  const frame = new Run(context.kind ?? 'restore', context)
  const { emit } = frame
  const selected = input.useList === undefined ? whole : await listedSource(whole, input.useList)
  const retry = frame.retrying(input.retryForMs)
  const health = await retry(() => healthyTarget(store, input, emit, context.health))
  const alias = await retry(() => planAlias({ source: selected, store, options: input, ...context }))
  const options = alias === undefined ? input : { ...input, name: alias.class, waitIndexed: true }
  if (options.plan !== undefined)
    requirePlan(options.plan, { source: selected, options, store, alias, context })
  const into = await planForExisting(store, selected, options, emit, retry, context.transforms ?? [])
  const { source, existing } = into
  const planning = { beside: classes, transforms: context.transforms, existing }
  const plan = await retry(() => planRestore(store, source, options, health, into.emit, planning))
  const key = restoreKey({
    source,
    store,
    options,
    name: plan.schema.class,
    selection: plan.selection?.declared,
    transforms: plan.transforms.declared,
    plan: context.applying?.end.sha256,
  })
  return { frame, context, store, source, options, alias, retry, existing, plan, key }
}

/**
 * Checks the rights, clock and free disk space of the target.
 * @throws ElysiaError ELYSIA_CONFLICT, ELYSIA_REFUSED if the target cannot take what is planned
 */
export async function requireTarget(planned: PlannedRestore): Promise<void> {
  const { context, frame, store, source, options, existing, plan, retry } = planned
  // A copy has already checked.
  if (context.kind !== 'copy') await requireWritable(store, plan, options, existing !== undefined, retry)
  if (existing === undefined) await requireDiskSpace({ store, source, plan, retry, emit: frame.emit })
}
