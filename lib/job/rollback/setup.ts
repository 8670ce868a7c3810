import { type KeptUndo, keptUndo } from '../../archive/undo/keptUndo.ts'
import { undoDirectory, undoRoot } from '../../archive/undo/undo.ts'
import type { Close } from '../../async/closeAll.ts'
import { closeAll } from '../../async/closeAll.ts'
import { ElysiaError } from '../../core/errors.ts'
import { hasTenants, isReference } from '../../core/schema.ts'
import { asleepOf } from '../../run/activeTenants.ts'
import { newRunId, type RunKey } from '../../run/record.ts'
import { Run } from '../../run/run.ts'
import { lockRun, requireUnlocked, type State } from '../../run/state.ts'
import { RetryingCollection } from '../../store/sink/retryingCollection.ts'
import type { Store, Tenant } from '../../store/store.ts'
import { RestoreLog } from '../restore/progressTable.ts'
import { PartSpool } from '../restore/target/partSpool.ts'
import { lockChanges, lockUndo } from '../undo/lock.ts'
import { Traces } from '../undo/traces.ts'
import { UndoIndex } from '../undo/undoIndex.ts'
import type { RollbackOptions } from './options.ts'
import type { RollbackContext, RollbackRun } from './run.ts'
import { SkippedFile } from './skippedObjects.ts'

/** A rollback that is ready to begin. */
export interface RollbackSetup {
  readonly run: RollbackRun
  /** Enters the run in the journal; not for a dry run. */
  begin(): void
  readonly close: Close[]
}

/**
 * Finds the undo of a run, and looks up its collection.
 * @throws ElysiaError ELYSIA_NOT_FOUND, ELYSIA_CONFLICT if it is of another target, ELYSIA_LOCKED, ELYSIA_DAMAGED
 */
export async function setUpRollback(
  store: Store,
  undone: string,
  options: RollbackOptions,
  context: RollbackContext,
): Promise<RollbackSetup> {
  const { header: undoHeader } = findKept(store, undone, context)
  const { state } = context
  const frame = new Run('rollback', context)
  const key: RunKey = { target: store.target, class: undoHeader.class, inputs: [`undo of ${undone}`] }
  const close: Close[] = []
  try {
    if (options.dryRun) state && requireUnlocked(state, key)
    else if (state !== undefined) {
      close.push(lockRun(state, key).release)
      close.push(lockUndo(state, undone).release)
      close.push(lockChanges(state, store.target, undoHeader.class).release)
    }
    // Its run may have ended meanwhile, or the undo expired.
    const undo = findKept(store, undone, context)
    const unfinished = state?.journal.unfinished(key)?.run
    const id = unfinished ?? context.runId ?? newRunId()
    const run = await openRollback({ store, options, context, frame, kept: undo, id }, close)
    return { run, begin: () => begin(run, key, unfinished !== undefined), close }
  } catch (error) {
    await closeAll(close).catch(() => {})
    throw error
  }
}

interface RollbackOpening {
  readonly store: Store
  readonly options: RollbackOptions
  readonly context: RollbackContext
  readonly frame: Run
  readonly kept: KeptUndo
  /** The id of the rollback. */
  readonly id: string
}

/** Opens what the rollback reads and writes, which `close` closes before anything else. */
async function openRollback(opening: RollbackOpening, close: Close[]): Promise<RollbackRun> {
  const { store, options, context, frame, kept, id } = opening
  const { header, directory } = kept
  const { state } = context
  const retry = frame.retrying(options.retryForMs)
  if ((await retry(() => store.schema(header.class))) === undefined) throw noClass(store, kept)
  const tenants = hasTenants(header.schema) ? await retry(() => store.tenantStates(header.class)) : undefined
  const traces = new Traces(store.kind, header.schema)
  const index = await UndoIndex.read(directory, header, traces)
  const left = new SkippedFile(directory, !options.dryRun)
  close.unshift(
    () => index.close(),
    () => left.close(),
  )
  const collection = store.collection(header.class)
  return {
    frame,
    id,
    store,
    collection,
    calls: new RetryingCollection(collection, retry, frame.signal),
    retry,
    options,
    kept,
    index,
    deciding: {
      traces,
      isComplete: header.ended_at !== undefined,
      removesFirst: header.removes_first === true,
      isResumed: header.rolling_back === true,
      force: options.force,
    },
    whole: {
      properties: 'all',
      vectors: true,
      references: (header.schema.properties ?? []).some(isReference),
    },
    tenants: tenants && new Set(tenants.map(({ name }) => name)),
    asleep: new Set(options.dryRun ? asleepIn(index, tenants) : []),
    links: new PartSpool(directory, 'links'),
    left,
    log: state && new RestoreLog(state.database, id),
    progress: initialProgress(),
  }
}

function initialProgress(): RollbackRun['progress'] {
  return {
    fates: { put_back: 0, removed: 0, unchanged: 0, left: 0 },
    rejected: 0,
    references: 0,
    referencesRejected: 0,
    verified: undefined,
    changes: [],
    notLookedAt: 0,
    tenantsRemoved: [],
  }
}

/** Enters the run in the journal; `continues` an interrupted one. */
function begin({ frame, id, kept, options, left }: RollbackRun, key: RunKey, continues: boolean): void {
  if (options.dryRun) return
  if (continues) frame.emit({ type: 'run_continued', run: id, kind: 'rollback' })
  frame.begin({ run: id, key, collection: kept.header.class }, continues)
  left.begin()
}

/** The inactive ones among the tenants that the run touched. */
function asleepIn(index: UndoIndex, tenants: readonly Tenant[] | undefined): string[] {
  const touched = new Set(index.tenants())
  return asleepOf(tenants)
    .map(({ name }) => name)
    .filter((name) => touched.has(name))
}

function findKept(store: Store, run: string, { state, undoDirectory: own }: RollbackContext): KeptUndo {
  const root = own ?? (state && undoRoot(state.directory))
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(run)) {
    throw new ElysiaError('ELYSIA_USAGE', `${run} is not the id of a run`, { hint: LIST })
  }
  const undo = root === undefined ? undefined : keptUndo(undoDirectory(root, run))
  if (undo === undefined) throw nothingKept(run, state)
  const { target } = undo.header
  if (target === store.target) return undo
  throw new ElysiaError('ELYSIA_CONFLICT', `the run ${run} changed ${target}, not ${store.target}`, {
    hint: `nothing was changed; give --target ${target}`,
  })
}

const LIST = '`elysiactl col catalog undos` lists the runs that can be undone'

/** Why a run has no undo, and what can be done instead. */
function nothingKept(run: string, state: State | undefined): ElysiaError {
  const record = state?.journal.find(run)
  if (record === undefined) {
    return new ElysiaError('ELYSIA_NOT_FOUND', `nothing is kept for a run ${run}`, { hint: LIST })
  }
  const isWriting = record.kind === 'restore' || record.kind === 'copy'
  const isOwn = isWriting && !record.inputs.some((input) => input.startsWith('--on-conflict'))
  if (isOwn) {
    return new ElysiaError(
      'ELYSIA_CONFLICT',
      `the ${record.kind} ${run} created ${record.class}: there was nothing before`,
      {
        hint: `to undo it, remove the collection: elysiactl col rm ${record.class}`,
      },
    )
  }
  return new ElysiaError('ELYSIA_NOT_FOUND', `what the run ${run} changed of ${record.class} is not kept`, {
    hint: 'it ran with --no-undo, made the collection, or was longer ago than --keep-undo; restore a backup instead',
  })
}

function noClass({ target }: Store, { header }: KeptUndo): ElysiaError {
  return new ElysiaError('ELYSIA_NOT_FOUND', `there is no collection ${header.class} in ${target} any more`, {
    hint: `what was changed is still kept; restore a backup of ${header.class}`,
  })
}
