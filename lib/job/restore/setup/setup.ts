import { closeAll } from '../../../async/closeAll.ts'
import { newRunId } from '../../../run/record.ts'
import { Run } from '../../../run/run.ts'
import { lockRun, refuseTakenRun, requireUnlocked } from '../../../run/state.ts'
import type { Store } from '../../../store/store.ts'
import { lockChanges } from '../../undo/lock.ts'
import { planAlias } from '../alias/plan.ts'
import { announceAlias } from '../alias/switch.ts'
import { announceProperties, planInto } from '../conflict/existing.ts'
import { existingOf, keepingFor, ownWritesFor, planChanges, vanishingFor } from '../conflict/keeping.ts'
import { grown } from '../conflict/newProperties.ts'
import { continuation } from '../continuation.ts'
import { SeenIds } from '../distinctIds.ts'
import { restoreKey } from '../key.ts'
import { listedSource } from '../list/listed.ts'
import type { RestoreOptions } from '../options.ts'
import { ReadAhead } from '../part/ahead.ts'
import { requireSamePlan } from '../planned/check.ts'
import { requireNoLoss } from '../planning/capable.ts'
import { healthyTarget } from '../planning/health.ts'
import { planRestore } from '../planning/plan.ts'
import { RestoreLog } from '../progressTable.ts'
import type { RestoreContext, RestoreRun } from '../run.ts'
import { runDirectory } from '../runDirectory.ts'
import { archiveName, isOnce, type RestoreSource } from '../source/source.ts'
import { PartSpool } from '../target/partSpool.ts'
import type { RestoreRejects } from '../target/rejects.ts'
import { requireRoom } from '../target/room.ts'
import { WrittenIds } from '../target/writtenIds.ts'
import { announceRevectorizing, remakingFault } from '../vectors/revectorizing.ts'
import { someObjects } from '../vectors/someObjects.ts'
import { begin } from './begin.ts'
import { forExisting, requireWritable } from './existing.ts'
import { rejectsFile, requirePlan } from './files.ts'
import { nothingDone, ownState, restoreCheckpoint } from './state.ts'

/** A restore that is ready to begin, and what to put back afterwards. */
export interface RestoreSetup {
  readonly run: RestoreRun
  /** Enters the run in the journal as begun; not for a dry run. */
  begin(): Promise<void>
  close(): Promise<void>
}

/** What restores of several archives share. */
export interface Together {
  /** The classes that will exist by the time a reference needs them. */
  readonly classes: ReadonlySet<string>
  /** By path. */
  readonly rejects: Map<string, RestoreRejects>
}

/**
 * Prepares everything before the first write: the target, its class, the lock, and the progress of an interrupted
 * restore.
 * @throws ElysiaError ELYSIA_CONFLICT if a collection of that name already exists, ELYSIA_LOCKED, ELYSIA_UNREACHABLE,
 * ELYSIA_USAGE, ELYSIA_NOT_FOUND
 */
export async function setUpRestore(
  whole: RestoreSource,
  store: Store,
  input: RestoreOptions,
  context: RestoreContext,
  together: Together = { classes: new Set(), rejects: new Map() },
): Promise<RestoreSetup> {
  const frame = new Run(context.kind ?? 'restore', context)
  const given = input.useList === undefined ? whole : await listedSource(whole, input.useList)
  const { emit, signal } = frame
  const retry = frame.retrying(input.retryForMs)
  const health = await retry(() => healthyTarget(store, input, emit))
  const alias = await retry(() => planAlias({ source: given, store, options: input, ...context }))
  const options = alias === undefined ? input : { ...input, name: alias.class, waitIndexed: true }
  if (options.plan !== undefined) requirePlan(options.plan, { source: given, options, store, alias, context })
  const mayExist = options.onConflict !== 'fail'
  const into = await forExisting(store, given, options, emit, retry, context.transforms ?? [])
  const { source, existing: there } = into
  const planning = { beside: together.classes, transforms: context.transforms, existing: there }
  const planned = await retry(() => planRestore(store, source, options, health, into.emit, planning))
  const progress = nothingDone(planned)
  const { dryRun } = options
  const { state, runId } = context
  const facts = {
    name: planned.schema.class,
    selection: planned.selection?.declared,
    transforms: planned.transforms.declared,
  }
  const key = restoreKey({ source, store, options, ...facts, plan: context.applying?.end.sha256 })
  if (dryRun && state !== undefined) requireUnlocked(state, key)
  const lock = dryRun ? undefined : state && lockRun(state, key)
  const own = ownState(state)
  const close = [() => own.close(), () => lock?.release(), () => planned.transforms.close()]
  try {
    // A copy has already checked.
    if (context.kind !== 'copy') await requireWritable(store, planned, options, there !== undefined, retry)
    if (there === undefined) await requireRoom({ store, source, plan: planned, retry })
    const asked = { store, source, plan: planned, key, state, context, signal, retry, emit, mayExist, dryRun }
    const continued = await continuation(asked)
    const { left, isMade, into: found } = continued
    const plan = found === undefined ? planned : planInto(store, found, planned, source, options)
    const schema = found && grown(found, plan.newProperties)
    if (dryRun) announceProperties(plan, plan.schema.class, emit)
    if (schema === undefined) requireNoLoss(store, plan, options)
    if (schema !== undefined || isMade)
      plan.vectors.startFrom(someObjects(store.collection(plan.schema.class), retry, signal))
    const { transforms, objects = source.about } = plan
    const fault = schema && remakingFault(options, context.kind)
    announceRevectorizing({ store, transforms, schema: schema ?? plan.schema, fault, objects }, emit)
    if (left !== undefined) close.push(() => left.release())
    if (runId !== undefined && runId !== left?.run) refuseTakenRun(runId, key, state?.journal)
    const name = continued.run ?? runId ?? newRunId()
    const log = new RestoreLog(own.database, name)
    const goesOn = isMade || continued.run !== undefined
    if (goesOn && !dryRun) restoreCheckpoint(progress, log, context.fresh === true)
    const directory = state === undefined ? await own.directory() : runDirectory(state, name)
    const existing = schema && existingOf(store, schema, options, continued.run !== undefined)
    const changing =
      existing && !dryRun ? state && lockChanges(state, store.target, planned.schema.class) : undefined
    close.push(() => changing?.release())
    const vanishing = vanishingFor(existing, { source, options, plan })
    close.unshift(() => vanishing?.close())
    const keeping = existing && { store, options, context, run: name, existing, close }
    const undo = keeping && keepingFor(keeping)
    const ownWrites = keeping && ownWritesFor(keeping)
    if (ownWrites !== undefined) close.unshift(() => ownWrites.close())
    const seen = plan.transforms.expands ? new SeenIds() : undefined
    close.push(() => seen?.close())
    const run: RestoreRun = {
      frame,
      id: name,
      class: plan.schema.class,
      store,
      collection: store.collection(plan.schema.class),
      source,
      options,
      plan,
      retry,
      kept: {
        log,
        spool: new PartSpool(directory, 'links'),
        writes: new PartSpool(directory, 'writes'),
        undo,
        own: ownWrites,
        vanishing,
        written:
          isOnce(source) && !dryRun && state !== undefined && schema === undefined
            ? new WrittenIds(directory)
            : undefined,
        seen,
        rejects: rejectsFile(context, name, options, source, store, together.rejects),
        origin: { archive: archiveName(source), class: source.schema.class },
      },
      continues: isMade,
      existing,
      alias,
      applying: context.applying,
      ahead: new ReadAhead(),
      progress,
    }
    requireSamePlan(run)
    announceAlias(run)
    await planChanges(run)
    run.kept.rejects?.keep(run.kept.origin.archive, progress.parts.keys())
    const { rejects, written } = run.kept
    const ends = [
      () => run.ahead.close(),
      () => rejects?.close(),
      () => written?.close(),
      () => undo?.close(),
      ...close,
    ]
    return { run, begin: () => begin(run, continued, key), close: () => closeAll(ends) }
  } catch (error) {
    await closeAll(close).catch(() => {})
    throw error
  }
}
