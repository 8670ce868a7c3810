import { rm } from 'node:fs/promises'
import type { Retrying } from '../../async/retry.ts'
import { ElysiaError } from '../../core/errors.ts'
import { type CollectionSchema, hasTenants } from '../../core/schema.ts'
import type { Emit } from '../../run/context.ts'
import type { RunKey, RunKind, RunRecord } from '../../run/record.ts'
import { lockRecord, type State } from '../../run/state.ts'
import { objectPages } from '../../store/objects.ts'
import type { Store } from '../../store/store.ts'
import { RestoreLog, shapeOf } from './progressTable.ts'
import type { RestoreContext, RestorePlan } from './run.ts'
import { runDirectory } from './runDirectory.ts'
import type { RestoreSource } from './source/source.ts'
import { isSame } from './target/target.ts'
import { WrittenIds } from './target/writtenIds.ts'

/** What earlier restores left for this one. */
export interface Continuation {
  /** The run that continues; undefined if a new one begins. */
  readonly run?: string
  /** True if the class exists and is used as it is. */
  readonly isMade: boolean
  /** The class that a killed restore from a pipe left: removed before a new one is made. */
  readonly left?: AbandonedClass
  /** An existing class that stays: the archive is restored into it. */
  readonly into?: CollectionSchema
}

/** A class whose entire content is known to come from a restore from a pipe that was killed. */
export interface AbandonedClass {
  readonly run: string
  remove(): Promise<void>
  release(): void
}

/** What is requested, and where progress is kept. */
export interface ContinuationRequest {
  readonly store: Store
  readonly source: RestoreSource
  readonly plan: RestorePlan
  /** The class of that name in the store, asked for after the run was locked. */
  readonly found: Promise<CollectionSchema | undefined>
  readonly key: RunKey
  readonly state: State | undefined
  readonly context: RestoreContext
  readonly signal: AbortSignal
  readonly retry: Retrying
  readonly emit: Emit
  /** True if an existing class is no conflict. */
  readonly mayExist: boolean
  /** Makes nothing, not even a lock. */
  readonly dryRun: boolean
}

/**
 * Finds the class that a restore wants to make: absent, or left by an interrupted restore, which is continued if
 * possible, or removed if it came from a pipe and nobody else wrote to it.
 * @throws ElysiaError ELYSIA_CONFLICT if the class belongs to someone else, ELYSIA_LOCKED
 */
export async function findContinuation(restore: ContinuationRequest): Promise<Continuation> {
  const { source, plan, key, state, context, emit } = restore
  const { runId, fresh } = context
  const name = plan.schema.class
  const unfinished = state?.journal.unfinished(key)
  const existing = await restore.found
  if (existing === undefined) {
    if (unfinished !== undefined && !restore.dryRun) await forget(state!, unfinished)
    return { isMade: false }
  }
  if (state === undefined) {
    if (restore.mayExist) return { isMade: false, into: existing }
    throw there(name, restore)
  }
  // Nobody can say whether unnamed bytes are the same again.
  const goesOn = source.identity !== undefined && (runId === undefined || runId === unfinished?.run)
  if (unfinished !== undefined && goesOn && isSame(existing, plan)) {
    const log = new RestoreLog(state.database, unfinished.run)
    // Killed between making the class and recording it: an empty class with these properties is as good as ours.
    if (log.made || (log.existing === undefined && !(await holdsAnything(restore)))) {
      const done = log.parts().size
      emit({ type: 'run_continued', run: unfinished.run, parts_done: done, fresh: fresh === true })
      return { run: unfinished.run, isMade: true }
    }
  }
  if (restore.mayExist) return intoExisting(restore, state, existing, goesOn ? unfinished : undefined)
  const left = await leftByPipe(restore, state, existing)
  if (left !== undefined) return left
  throw there(name, restore)
}

/**
 * The continuation for an existing class: the same command continues the changes that it began, with the undo of the
 * same run.
 */
function intoExisting(
  { context, emit }: ContinuationRequest,
  { database }: State,
  into: CollectionSchema,
  unfinished: RunRecord | undefined,
): Continuation {
  if (unfinished === undefined) return { isMade: false, into }
  const log = new RestoreLog(database, unfinished.run)
  if (log.existing === undefined) return { isMade: false, into }
  emit({
    type: 'run_continued',
    run: unfinished.run,
    parts_done: log.parts().size,
    fresh: context.fresh === true,
  })
  return { run: unfinished.run, isMade: false, into }
}

/** Undefined if the class was not left by a restore from a pipe, or may hold anything else. */
async function leftByPipe(
  restore: ContinuationRequest,
  state: State,
  existing: CollectionSchema,
): Promise<Continuation | undefined> {
  const { store, plan, key, emit, dryRun } = restore
  const last = lastInto(existing.class, state.journal.runs(store.target))
  if (last === undefined || last.status === 'done') return undefined
  const log = new RestoreLog(state.database, last.run)
  const written = new WrittenIds(runDirectory(state, last.run))
  if (!written.isThere) return undefined
  const lock = lockRecord(state, last, { own: key, dryRun })
  let isLeft = false
  try {
    // Killed before the class was recorded: nothing was written, so an empty class with these properties will do.
    if (log.shape === undefined) {
      if (!isSame(existing, plan) || (await holdsAnything(restore))) return undefined
      return { isMade: true }
    }
    if (log.shape !== shapeOf(existing)) return undefined
    if (!(await written.hasAll(objectsOf(restore, existing)))) return undefined
    isLeft = true
    emit({ type: 'collection_remade', collection: existing.class, run: last.run, dry_run: dryRun })
    return { isMade: false, left: leftClass(store, state, last, lock?.release) }
  } finally {
    if (!isLeft) lock?.release()
  }
}

/** The last run that wrote into a class, or may have. */
function lastInto(name: string, runs: readonly RunRecord[]): RunRecord | undefined {
  return runs.find((one) => one.class === name && !READING.includes(one.kind))
}

const READING: readonly RunKind[] = ['backup', 'verify', 'cleanup', 'diff']

function leftClass(
  store: Store,
  state: State,
  record: RunRecord,
  release: (() => void) | undefined,
): AbandonedClass {
  return {
    run: record.run,
    remove: async () => {
      await store.drop(record.class)
      await forget(state, record)
      state.journal.forget(store.target, record.class)
    },
    release: () => release?.(),
  }
}

/** Removes the saved progress of a restore whose class is gone. */
async function forget(state: State, { run }: RunRecord): Promise<void> {
  new RestoreLog(state.database, run).forget()
  await rm(runDirectory(state, run), { recursive: true, force: true })
}

/** All objects of the class, only ids and tenants. The content of a tenant that cannot be read is unknown. */
async function* objectsOf({ store, signal, retry }: ContinuationRequest, existing: CollectionSchema) {
  const collection = store.collection(existing.class)
  const options = { projection: { properties: [], vectors: false }, retry, signal }
  if (!hasTenants(existing)) {
    yield* objectPages(collection, {}, options)
    return
  }
  for (const { name, state } of await retry(() => store.tenantStates(existing.class))) {
    if (state === 'active') yield* objectPages(collection, { tenant: name }, options)
    else yield [{ id: '', tenant: name, properties: {} }]
  }
}

async function holdsAnything({ store, plan, retry }: ContinuationRequest): Promise<boolean> {
  const { schema, tenants } = plan
  if (tenants !== undefined) return (await retry(() => store.tenants(schema.class))).length > 0
  return (await retry(() => store.collection(schema.class).count())) > 0
}

function there(name: string, { store, source }: ContinuationRequest): ElysiaError {
  const isCopy = source.kind === 'collection'
  return new ElysiaError('ELYSIA_CONFLICT', `there is a collection ${name} in ${store.target} already`, {
    hint: isCopy
      ? 'nothing was written; make it equal with --sync, copy under another name, choose with --on-conflict what happens to its objects, or remove it with `col rm`'
      : 'nothing was written; restore under another name with --name, choose with --on-conflict what happens to its objects, or remove it with `col rm`',
  })
}
