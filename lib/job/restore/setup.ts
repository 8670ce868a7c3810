import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closeAll } from '../../async/closeAll.ts'
import type { Retrying } from '../../async/retry.ts'
import { classNameOf } from '../../change/collectionName.ts'
import { ElysiaError } from '../../core/errors.ts'
import { type CollectionSchema, hasTenants } from '../../core/schema.ts'
import { openDatabase } from '../../database/connection.ts'
import type { Emit } from '../../run/context.ts'
import { requireOutput } from '../../run/outputFile.ts'
import { newRunId, type RunKey } from '../../run/record.ts'
import { Run } from '../../run/run.ts'
import { lockRun, refuseTakenRun, requireUnlocked, type State } from '../../run/state.ts'
import type { Store, StoreUse } from '../../store/store.ts'
import type { Transform } from '../../transform/transform.ts'
import { requireClock, requireUse } from '../health/fitting.ts'
import { UnseenIds } from '../selection/unseenIds.ts'
import { removeExpired } from '../undo/expiry.ts'
import { lockChanges } from '../undo/lock.ts'
import { planAlias } from './alias/plan.ts'
import { announceAlias } from './alias/switch.ts'
import { announceProperties, planInto } from './conflict/existing.ts'
import { existingOf, keepingFor, ownWritesFor, planChanges, vanishingFor } from './conflict/keeping.ts'
import { grown } from './conflict/newProperties.ts'
import { type Continuation, continuation } from './continuation.ts'
import { SeenIds } from './distinctIds.ts'
import { restoreKey } from './key.ts'
import { listedSource } from './list/listed.ts'
import type { RestoreOptions } from './options.ts'
import { healthyTarget, planRestore, requireNoLoss } from './plan.ts'
import { requireSamePlan } from './planned/check.ts'
import { requirePlannable } from './planned/write.ts'
import { RestoreLog } from './progressTable.ts'
import { Reasons } from './reasons.ts'
import type { RestoreContext, RestorePlan, RestoreRun, RestoreState } from './run.ts'
import { makeRunDirectory, removeDeadRuns, runDirectory } from './runDirectory.ts'
import { archiveName, isOnce, type RestoreSource } from './source/source.ts'
import { PartSpool } from './target/partSpool.ts'
import { RestoreRejects } from './target/rejects.ts'
import { requireRoom } from './target/room.ts'
import { WrittenIds } from './target/writtenIds.ts'
import { announceRevectorizing } from './vectors/revectorizing.ts'
import { someObjects } from './vectors/someObjects.ts'

/** A restore that may begin, and what has to be put back after it. */
export interface RestoreSetup {
  readonly run: RestoreRun
  /** Enters the run in the journal as one that has begun; not for a dry run. */
  begin(): Promise<void>
  close(): Promise<void>
}

/** What restores share that are made together. */
export interface Together {
  /** The classes that will be there by the time that a reference needs them. */
  readonly classes: ReadonlySet<string>
  /** By path. */
  readonly rejects: Map<string, RestoreRejects>
}

/**
 * Everything before anything is written: the target, the class it is to get, the lock, what an interrupted
 * restore has done. @throws ElysiaError ELYSIA_CONFLICT where a collection of that name is there already,
 * ELYSIA_LOCKED, ELYSIA_UNREACHABLE, ELYSIA_USAGE, ELYSIA_NOT_FOUND
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
    // A copy has looked already.
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
    // The passes of a copy find in its place what they have made themselves.
    const inPlace = schema !== undefined && context.kind !== 'copy' && options.onConflict !== 'skip'
    announceRevectorizing({ store, transforms, schema: schema ?? plan.schema, inPlace, objects }, emit)
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
      progress,
    }
    requireSamePlan(run)
    announceAlias(run)
    await planChanges(run)
    run.kept.rejects?.keep(run.kept.origin.archive, progress.parts.keys())
    const { rejects, written } = run.kept
    const ends = [() => rejects?.close(), () => written?.close(), () => undo?.close(), ...close]
    return { run, begin: () => begin(run, continued, key), close: () => closeAll(ends) }
  } catch (error) {
    await closeAll(close).catch(() => {})
    throw error
  }
}

/** @throws ElysiaError ELYSIA_CONFLICT, ELYSIA_REFUSED where the target could not take, or would lose, what is brought */
async function requireWritable(
  store: Store,
  { schema }: RestorePlan,
  { onConflict, intoAlias, degraded }: RestoreOptions,
  isThere: boolean,
  retry: Retrying,
): Promise<void> {
  const does: StoreUse['does'] = [
    'read',
    'write',
    ...(isThere ? [] : (['make'] as const)),
    ...(onConflict === 'replace' ? (['delete'] as const) : []),
    ...(hasTenants(schema) ? (['tenants'] as const) : []),
    ...(intoAlias === undefined ? [] : (['alias'] as const)),
  ]
  await requireUse(store, { collection: schema.class, does, degraded }, retry)
  await requireClock(store, retry)
}

/**
 * What is planned for where the class may be there. Of one that stays nobody says how it would have been made, and objects
 * without a class are of it.
 */
async function forExisting(
  store: Store,
  source: RestoreSource,
  { name, onConflict, onNewProperty }: RestoreOptions,
  emit: Emit,
  retry: Retrying,
  transforms: readonly Transform[],
): Promise<{ readonly source: RestoreSource; readonly emit: Emit; readonly existing?: CollectionSchema }> {
  if (onConflict === 'fail') return { source, emit }
  const { class: from } = source.schema
  const existing = await retry(() => store.schema(name === undefined ? from : classNameOf(name)))
  if (existing === undefined) return { source, emit }
  const isOwn = transforms.length > 0 || onNewProperty === 'evolve'
  const expected = isOwn ? typedBy(existing, source.schema) : existing
  return {
    source: source.ofClass?.({ ...expected, class: from }) ?? source,
    emit: (event) => event.type === 'schema_patched' || emit(event),
    existing,
  }
}

/** Transforms begin with what the source has, which the class need not have, and types that it has are no guess. */
function typedBy(existing: CollectionSchema, source: CollectionSchema): CollectionSchema {
  const known = new Map((existing.properties ?? []).map((property) => [property.name, property]))
  const properties = (source.properties ?? []).map((property) => known.get(property.name) ?? property)
  return { ...existing, properties }
}

interface PlanRequest {
  readonly source: RestoreSource
  readonly options: RestoreOptions
  readonly store: Store
  readonly alias: RestoreRun['alias']
  readonly context: RestoreContext
}

/** @throws ElysiaError ELYSIA_USAGE where no plan can be made, or the file is one that is read or kept */
function requirePlan(path: string, { source, options, store, alias, context: { state } }: PlanRequest): void {
  requirePlannable({ source, options, alias })
  const inputs = [{ file: source.name, what: 'the archive' }]
  if (options.schema !== undefined) inputs.push({ file: options.schema, what: 'the schema' })
  requireOutput('--plan', path, { inputs, store, stateDirectory: state?.directory })
}

function restoreCheckpoint(progress: RestoreState, log: RestoreLog, fresh: boolean): void {
  if (fresh) return
  for (const [part, facts] of log.parts()) progress.parts.set(part, facts)
  progress.continued = progress.parts.size
}

async function begin(run: RestoreRun, { left, run: goesOn }: Continuation, key: RunKey): Promise<void> {
  const { frame, store, source, kept, plan } = run
  const { state } = frame.context
  await left?.remove()
  if (goesOn === undefined && run.existing === undefined) {
    state?.journal.forgetPositions(store.target, run.class)
  }
  frame.begin({ run: run.id, key, collection: source.schema.class }, goesOn !== undefined)
  if (state !== undefined) {
    await removeDeadRuns(state, store.target)
    const isKept = kept.written !== undefined || run.existing !== undefined || plan.references.length > 0
    if (isKept) makeRunDirectory(state, run.id, store.target)
  }
  await kept.written?.begin()
  await beginUndo(run)
  await kept.own?.begin()
  await kept.rejects?.begin()
}

/** What has been kept for its time goes before more is kept. */
async function beginUndo({ kept: { undo }, frame, progress, id }: RestoreRun): Promise<void> {
  if (undo === undefined) return
  const { state } = frame.context
  if (state !== undefined) removeExpired(state, frame.emit)
  if (progress.continued > 0 && !existsSync(undo.directory)) throw undoGone(id, undo.directory)
  await undo.begin()
}

/** What would be kept from now on takes back a part of the run alone. */
function undoGone(run: string, directory: string): ElysiaError {
  const fact = `what the interrupted run ${run} has changed before is no longer kept in ${directory}`
  return new ElysiaError('ELYSIA_STATE', fact, {
    hint: 'nothing more was written; --no-undo goes on without a way back, and a backup from before is the way back from that',
  })
}

function rejectsFile(
  { rejectsPath, rejectsDirectory, state }: RestoreContext,
  run: string,
  { dryRun, schema }: RestoreOptions,
  source: RestoreSource,
  store: Store,
  files: Map<string, RestoreRejects>,
): RestoreRejects | undefined {
  if (rejectsPath !== undefined) {
    const inputs = [{ file: source.name, what: 'the archive' }]
    if (schema !== undefined) inputs.push({ file: schema, what: 'the schema' })
    requireOutput('--rejects', rejectsPath, { inputs, store, stateDirectory: state?.directory })
  }
  const path = rejectsPath ?? (rejectsDirectory && join(rejectsDirectory, `${run}.jsonl`))
  if (path === undefined || dryRun) return undefined
  const file = files.get(path) ?? new RestoreRejects(path, run)
  files.set(path, file)
  return file
}

/** Where progress and references are kept; without a state for as long as the run takes. */
interface OwnState {
  readonly database: State['database']
  directory(): Promise<string>
  close(): Promise<void>
}

function ownState(state: State | undefined): OwnState {
  let made: string | undefined
  const database = state?.database ?? openDatabase(':memory:')
  return {
    database,
    directory: async () => {
      made ??= await mkdtemp(join(tmpdir(), 'elysiactl-restore-'))
      return made
    },
    close: async () => {
      if (state === undefined) database.close()
      if (made !== undefined) await rm(made, { recursive: true, force: true })
    },
  }
}

function nothingDone({ selection }: RestorePlan): RestoreState {
  return {
    parts: new Map(),
    begun: new Map(),
    damaged: new Map(),
    continued: 0,
    unseen: new UnseenIds(selection?.ids),
    reasons: new Reasons(),
    differences: [],
    remade: undefined,
    aliases: [],
    alias: undefined,
    planned: undefined,
    leftAlone: 0,
    deleted: 0,
    there: undefined,
    writtenHere: 0,
    writeSeconds: 0,
    workers: 0,
    health: [],
  }
}
