import { join } from 'node:path'
import { type UndoHeader, undoDirectory, undoRoot } from '../../../archive/undo/undo.ts'
import type { Close } from '../../../async/closeAll.ts'
import { ElysiaError } from '../../../core/errors.ts'
import { type CollectionSchema, hasTenants } from '../../../core/schema.ts'
import type { Store } from '../../../store/store.ts'
import { lockUndo } from '../../undo/lock.ts'
import { OwnWrites } from '../../undo/ownWrites.ts'
import { Traces } from '../../undo/traces.ts'
import { UndoRecorder } from '../../undo/undoRecorder.ts'
import type { RestoreOptions } from '../options.ts'
import { requireAsPlanned } from '../planned/check.ts'
import { requireMatchingArchive } from '../planned/matchingArchive.ts'
import type { ExistingClass, RestoreContext, RestoreRun } from '../run.ts'
import { runDirectory } from '../runDirectory.ts'
import { remakesVectors } from '../vectors/remade.ts'
import { type Deletions, ExtraneousIds } from './extraneousIds.ts'
import { planDeletions, requireReplaceable } from './planDeletions.ts'
import { isOnlyChanged } from './resolve.ts'
import type { Strategy } from './strategy.ts'

/** Announces what will be changed, before any change. */
async function announce(run: RestoreRun, deletions?: Deletions): Promise<void> {
  const { store, existing, plan, kept, options, frame, retry, class: name } = run
  if (existing === undefined) return
  // Tenants are not counted: inactive ones would have to be woken. A replace has read them all.
  const scanned = run.applying === undefined ? deletions?.objects : undefined
  const objects =
    scanned ??
    (hasTenants(existing.schema)
      ? undefined
      : await retry(() => store.collection(name).count({ signal: frame.signal })))
  run.progress.there = objects
  frame.emit({
    type: 'changes_ahead',
    collection: name,
    target: store.target,
    strategy: existing.strategy,
    ...(objects !== undefined && { objects }),
    ...(plan.objects !== undefined && { source: plan.objects }),
    ...(deletions !== undefined && deletions.deletes > 0 && { deletes: deletions.deletes }),
    ...(kept.undo !== undefined && { undo: kept.undo.directory, keep_ms: options.keepUndoMs }),
    dry_run: options.dryRun,
  })
}

/**
 * Checks a plan against the class and the archive, finds what a replace would delete, announces the changes, and asks
 * the user if requested.
 * @throws ElysiaError ELYSIA_CONFLICT if it is too much, or nobody agreed
 */
export async function planChanges(run: RestoreRun): Promise<void> {
  const { applying, kept, options, frame } = run
  await requireAsPlanned(run)
  const deletions =
    applying !== undefined
      ? await requireMatchingArchive(run, applying)
      : kept.extraneous && (await planDeletions(run))
  await announce(run, deletions)
  if (deletions === undefined) return
  const { confirm } = frame.context as RestoreContext
  if (options.dryRun || confirm === undefined || (await confirm(deletions))) return
  throw new ElysiaError('ELYSIA_CONFLICT', `${run.class} was not replaced: nobody agreed`, {
    hint: 'nothing was written; --yes replaces it without asking',
  })
}

/** The ids that a replace will delete. @throws ElysiaError ELYSIA_USAGE for a source that must not delete anything */
export function extraneousFor(
  existing: ExistingClass | undefined,
  given: Pick<RestoreRun, 'source' | 'options' | 'plan'>,
): ExtraneousIds | undefined {
  if (existing?.strategy !== 'replace') return undefined
  requireReplaceable(given)
  return new ExtraneousIds()
}

/** An existing class, as a restore into it sees it. */
export function existingClassOf(
  { kind }: Store,
  schema: CollectionSchema,
  { onConflict }: RestoreOptions,
  continues: boolean,
): ExistingClass {
  return { schema, strategy: onConflict as Strategy, traces: new Traces(kind, schema), continues }
}

interface ChangeContext {
  readonly store: Store
  readonly options: RestoreOptions
  readonly context: RestoreContext
  readonly run: string
  readonly existing: ExistingClass
  /** Collects what must be closed. */
  readonly close: Close[]
}

/**
 * The undo that saves what is changed; undefined for a dry run and with --no-undo.
 * @throws ElysiaError ELYSIA_USAGE if there is no place for it, ELYSIA_LOCKED while it is rolled back
 */
export function undoRecorderFor(given: ChangeContext): UndoRecorder | undefined {
  const { options, context, run, existing, close } = given
  if (options.dryRun || !options.undo) return undefined
  const { state, undoDirectory: own } = context
  const root = own ?? (state && undoRoot(state.directory))
  if (root === undefined) {
    throw new ElysiaError('ELYSIA_USAGE', 'there is no place to keep what is changed', {
      hint: 'give the restore a state or an undoDirectory, or undo: false',
    })
  }
  const lock = state && lockUndo(state, run)
  close.push(() => lock?.release())
  return new UndoRecorder(undoDirectory(root, run), headerOf(given), existing.traces)
}

/** Records the writes of a run that has no undo but may be continued; undefined if the run counts them all again. */
export function ownWritesFor(given: ChangeContext): OwnWrites | undefined {
  const { options, context, run, existing } = given
  const { state } = context
  const isCounted = existing.strategy !== 'overwrite' || isOnlyChanged(existing.strategy, options)
  if (options.dryRun || options.undo || state === undefined || !isCounted) return undefined
  const directory = undoDirectory(join(runDirectory(state, run), 'own'), run)
  return new OwnWrites(directory, headerOf(given), existing.traces)
}

function headerOf({ store, options, context, run, existing }: ChangeContext): UndoHeader {
  const { schema, strategy } = existing
  return {
    format: 1,
    kind: 'undo',
    run,
    job: 'restore',
    how: strategy,
    target: store.target,
    class: schema.class,
    schema,
    started_at: new Date().toISOString(),
    keep_ms: options.keepUndoMs,
    ...(remakesVectors(options, existing, context.kind) && { removes_first: true }),
  }
}
