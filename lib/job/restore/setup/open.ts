import type { Close } from '../../../async/closeAll.ts'
import { newRunId } from '../../../run/record.ts'
import { lockRun, refuseTakenRun, requireUnlocked } from '../../../run/state.ts'
import { lockChanges } from '../../undo/lock.ts'
import { existingClassOf, extraneousFor, ownWritesFor, undoRecorderFor } from '../conflict/planChanges.ts'
import { SeenIds } from '../distinctIds.ts'
import { ReadAhead } from '../part/readAhead.ts'
import { RestoreLog } from '../progressTable.ts'
import type { ExistingClass, RestoreFiles, RestoreRun, RestoreState } from '../run.ts'
import { runDirectory } from '../runDirectory.ts'
import { archiveName, isOnce } from '../source/source.ts'
import { PartSpool } from '../target/partSpool.ts'
import type { RestoreRejects } from '../target/rejects.ts'
import { WrittenIds } from '../target/writtenIds.ts'
import { RemadeObjects, remakesVectors } from '../vectors/remade.ts'
import type { Destination } from './destination.ts'
import { rejectsFile } from './files.ts'
import type { PlannedRestore } from './planned.ts'
import { initialState, type OwnState, ownState, restoreCheckpoint } from './state.ts'

/**
 * Locks a restore against other processes, and opens the state of its own; `closers` release both.
 * @throws ElysiaError ELYSIA_LOCKED if another process runs the same restore
 */
export function claimRun({ context, options, key }: PlannedRestore, closers: Close[]): OwnState {
  const { state } = context
  if (state !== undefined && options.dryRun) requireUnlocked(state, key)
  else if (state !== undefined) {
    const lock = lockRun(state, key)
    closers.push(() => lock.release())
  }
  const own = ownState(state)
  closers.push(() => own.close())
  return own
}

/**
 * Opens the progress, the undo and the other files of a run. Nothing is written before the run begins.
 * @param own where the progress is kept
 * @param rejects the rejects files of all restores that run together, by path
 * @throws ElysiaError ELYSIA_USAGE, ELYSIA_LOCKED
 */
export async function openRun(
  planned: PlannedRestore,
  destination: Destination,
  own: OwnState,
  rejects: Map<string, RestoreRejects>,
  closers: Close[],
): Promise<RestoreRun> {
  const { frame, context, store, source, options, alias, retry } = planned
  const { continued, plan } = destination
  const id = runIdOf(planned, destination)
  const log = new RestoreLog(own.database, id)
  const progress = progressOf(planned, destination, log)
  const directory = context.state === undefined ? await own.directory() : runDirectory(context.state, id)
  const existing = openExisting(planned, destination, closers)
  const files = { id, log, directory, existing, rejects }
  const ahead = new ReadAhead()
  const kept = openFiles(planned, destination, files, closers)
  closers.push(() => ahead.close())
  return {
    frame,
    id,
    class: plan.schema.class,
    store,
    collection: store.collection(plan.schema.class),
    source,
    options,
    plan,
    retry,
    kept,
    continues: continued.isMade,
    existing,
    alias,
    applying: context.applying,
    ahead,
    progress,
  }
}

/** @throws ElysiaError ELYSIA_USAGE if the requested id is that of another run */
function runIdOf({ context, key }: PlannedRestore, { continued }: Destination): string {
  const { runId, state } = context
  if (runId !== undefined && runId !== continued.left?.run) refuseTakenRun(runId, key, state?.journal)
  return continued.run ?? runId ?? newRunId()
}

function progressOf(
  { context, options, plan }: PlannedRestore,
  { continued }: Destination,
  log: RestoreLog,
): RestoreState {
  const progress = initialState(plan)
  const goesOn = continued.isMade || continued.run !== undefined
  const { fresh } = context
  if (goesOn && !options.dryRun) restoreCheckpoint(progress, log, { fresh, verify: options.verify })
  return progress
}

/** Locks the existing class against other changes; undefined if the restore makes the class. */
function openExisting(
  { context: { state }, store, options, plan }: PlannedRestore,
  { continued, schema }: Destination,
  closers: Close[],
): ExistingClass | undefined {
  if (schema === undefined) return undefined
  if (state !== undefined && !options.dryRun) {
    const lock = lockChanges(state, store.target, plan.schema.class)
    closers.push(() => lock.release())
  }
  return existingClassOf(store, schema, options, continued.run !== undefined)
}

interface FilesRequest {
  readonly id: string
  readonly log: RestoreLog
  readonly directory: string
  readonly existing: ExistingClass | undefined
  readonly rejects: Map<string, RestoreRejects>
}

function openFiles(
  { context, store, source, options }: PlannedRestore,
  { plan, schema }: Destination,
  { id, log, directory, existing, rejects: shared }: FilesRequest,
  closers: Close[],
): RestoreFiles {
  const extraneous = extraneousFor(existing, { source, options, plan })
  closers.push(() => extraneous?.close())
  const keeping = existing && { store, options, context, run: id, existing, close: closers }
  const undo = keeping && undoRecorderFor(keeping)
  const own = keeping && ownWritesFor(keeping)
  const seen = plan.transforms.expands ? new SeenIds() : undefined
  const countsWritten =
    isOnce(source) && !options.dryRun && context.state !== undefined && schema === undefined
  const written = countsWritten ? new WrittenIds(directory) : undefined
  const rejects = rejectsFile(context, id, options, source, store, shared)
  const remakes = !options.dryRun && remakesVectors(options, existing, context.kind)
  const remade = remakes ? new RemadeObjects(directory) : undefined
  for (const file of [own, seen, undo, written, remade, rejects]) closers.push(() => file?.close())
  return {
    log,
    spool: new PartSpool(directory, 'links'),
    writes: new PartSpool(directory, 'writes'),
    undo,
    own,
    remade,
    extraneous,
    written,
    seen,
    rejects,
    origin: { archive: archiveName(source), class: source.schema.class },
  }
}
