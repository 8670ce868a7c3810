import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { retryUntilDeadline } from '../../async/retry.ts'
import { ElysiaError } from '../../core/errors.ts'
import { openDatabase } from '../../database/connection.ts'
import { type Notify, notifier, waitText } from '../../run/events.ts'
import type { Journal } from '../../run/journal.ts'
import { requireOutput } from '../../run/outputFile.ts'
import { newRunId, type RunKey, type RunRecord } from '../../run/record.ts'
import { lockRun, type State } from '../../run/state.ts'
import type { Store } from '../../store/store.ts'
import type { RestoreOptions } from './options.ts'
import { healthyTarget, planRestore } from './plan.ts'
import { RestoreLog } from './progressTable.ts'
import { Reasons } from './reasons.ts'
import type { RestoreCircumstances, RestorePlan, RestoreRun, RestoreState } from './run.ts'
import type { RestoreSource } from './source/source.ts'
import { LinkSpool } from './target/linkSpool.ts'
import { RestoreRejects } from './target/rejects.ts'
import { isSame } from './target/target.ts'

/** A restore that may begin, and what has to be put back after it. */
export interface RestoreSetup {
  readonly run: RestoreRun
  /** Enters the run in the journal as one that has begun; not for a dry run. */
  begin(): Promise<void>
  close(): Promise<void>
}

const NEVER = new AbortController().signal

/**
 * Everything before anything is written: the target, the class it is to get, the lock, what an interrupted
 * restore has done. @throws ElysiaError ELYSIA_CONFLICT where a collection of that name is there already,
 * ELYSIA_LOCKED, ELYSIA_UNREACHABLE, ELYSIA_USAGE, ELYSIA_NOT_FOUND
 */
export async function setUpRestore(
  source: RestoreSource,
  store: Store,
  options: RestoreOptions,
  circumstances: RestoreCircumstances,
  beside: ReadonlySet<string> = new Set(),
): Promise<RestoreSetup> {
  const notify = notifier(circumstances.onNotice)
  const { signal = NEVER, stop = NEVER } = circumstances
  const progress = nothingDone()
  const retry = retryUntilDeadline({
    forMs: options.retryForMs,
    signal,
    onRetry: (again) => {
      progress.retries += 1
      notify('waiting', waitText(again))
    },
  })
  const health = await retry(() => healthyTarget(store, options, notify))
  const plan = await retry(() => planRestore(store, source, options, health, notify, beside))
  const state = options.dryRun ? undefined : circumstances.state
  const key = keyOf(source, store, plan, options)
  const lock = state && key && lockRun(state, key)
  const own = ownState(state)
  const close = async () => {
    await own.close()
    lock?.release()
  }
  try {
    const found = state && key && state.journal.unfinished(key)
    const continued = await retry(() => continuation(store, plan, found, own, circumstances, notify))
    const name = continued ?? circumstances.runId ?? newRunId()
    const log = new RestoreLog(own.database, name)
    if (continued !== undefined) restoreCheckpoint(progress, log, circumstances.fresh === true)
    const directory = state === undefined ? await own.directory() : join(state.directory, 'restores', name)
    const run: RestoreRun = {
      run: name,
      class: plan.schema.class,
      store,
      collection: store.collection(plan.schema.class),
      source,
      options,
      plan,
      circumstances,
      signal,
      stop,
      notify,
      retry,
      log,
      spool: new LinkSpool(directory),
      rejects: rejectsFile(circumstances, name, options, source, store),
      continues: continued !== undefined,
      progress,
    }
    return { run, begin: () => begin(run, state?.journal, key), close: () => closeAll(run, close) }
  } catch (error) {
    await close()
    throw error
  }
}

/** The same archive, or the same tenants of it, into the same class of the same target is the same run. */
function keyOf(
  { identity }: RestoreSource,
  { target }: Store,
  { schema }: RestorePlan,
  { tenant }: RestoreOptions,
): RunKey | undefined {
  if (identity === undefined) return undefined
  const inputs = [`archive ${identity}`]
  return { target, class: schema.class, inputs, ...(tenant !== undefined && { tenant }) }
}

/**
 * The run that goes on: one that has made the class which is there.
 * @throws ElysiaError ELYSIA_CONFLICT where the class is somebody else's
 */
async function continuation(
  store: Store,
  plan: RestorePlan,
  found: RunRecord | undefined,
  own: OwnState,
  { runId, fresh }: RestoreCircumstances,
  notify: Notify,
): Promise<string | undefined> {
  const name = plan.schema.class
  const existing = await store.schema(name)
  if (existing === undefined) {
    if (found !== undefined) new RestoreLog(own.database, found.run).forget()
    return undefined
  }
  const log = found && new RestoreLog(own.database, found.run)
  if (found === undefined || !isSame(existing, plan) || (runId !== undefined && runId !== found.run)) {
    throw there(name, store)
  }
  // Killed between making the class and noting it: an empty one of these properties is as good as ours.
  if (log?.made !== true && (await holdsAnything(store, plan))) throw there(name, store)
  const done = log?.parts().size ?? 0
  const how = fresh === true ? 'all parts are written again' : `${done} parts are done`
  notify('continued', `continues the interrupted restore ${found.run}: ${how}`)
  return found.run
}

async function holdsAnything(store: Store, { schema, tenants }: RestorePlan): Promise<boolean> {
  if (tenants !== undefined) return (await store.tenants(schema.class)).length > 0
  return (await store.collection(schema.class).count()) > 0
}

function there(name: string, store: Store): ElysiaError {
  return new ElysiaError('ELYSIA_CONFLICT', `there is a collection ${name} in ${store.target} already`, {
    hint: 'nothing was written; restore under another name with --name, or remove it with `col rm`',
  })
}

function restoreCheckpoint(progress: RestoreState, log: RestoreLog, fresh: boolean): void {
  if (fresh) return
  for (const [part, facts] of log.parts()) progress.parts.set(part, facts)
  progress.continued = progress.parts.size
}

async function begin(run: RestoreRun, journal: Journal | undefined, key: RunKey | undefined) {
  if (!run.continues) journal?.forgetPositions(run.store.target, run.class)
  if (!run.continues && journal !== undefined && key !== undefined) {
    journal.begin(run.run, key, run.source.schema.class, 'restore')
  }
  await run.rejects?.begin(new Set(run.progress.parts.keys()))
}

async function closeAll(run: RestoreRun, close: () => Promise<void>): Promise<void> {
  run.rejects?.close()
  await close()
}

function rejectsFile(
  { rejectsPath, rejectsDirectory, state }: RestoreCircumstances,
  run: string,
  { dryRun, schema }: RestoreOptions,
  source: RestoreSource,
  store: Store,
): RestoreRejects | undefined {
  if (rejectsPath !== undefined) {
    const inputs = [{ file: source.name, what: 'the archive' }]
    if (schema !== undefined) inputs.push({ file: schema, what: 'the schema' })
    requireOutput('--rejects', rejectsPath, { inputs, store, stateDirectory: state?.directory })
  }
  const path = rejectsPath ?? (rejectsDirectory && join(rejectsDirectory, `${run}.jsonl`))
  return path === undefined || dryRun ? undefined : new RestoreRejects(path, run)
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

function nothingDone(): RestoreState {
  return {
    parts: new Map(),
    begun: new Map(),
    damaged: new Map(),
    continued: 0,
    retries: 0,
    reasons: new Reasons(),
    differences: [],
    aliases: [],
    writtenHere: 0,
    writeSeconds: 0,
  }
}
