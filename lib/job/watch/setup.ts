import { realpath, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { closeAll } from '../../async/closeAll.ts'
import { classNameOf } from '../../change/collectionName.ts'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { openDatabase } from '../../database/connection.ts'
import { namePattern } from '../../file/namePattern.ts'
import { resolveInput } from '../../options/options.ts'
import { newRunId } from '../../run/record.ts'
import { requireRejectsFree } from '../../run/rejectsLock.ts'
import { Run } from '../../run/run.ts'
import { refuseTakenRun, requireFree, type State, stateLock } from '../../run/state.ts'
import type { CollectionSchema, Store } from '../../store/store.ts'
import { dryRunStore } from '../ingest/dryRun.ts'
import { type IngestOptions, type IngestOptionsInput, ingestOptions } from '../ingest/options.ts'
import { requireUsable } from '../ingest/stages.ts'
import type { IngestContext, SharedIngest } from '../ingest/types.ts'
import { FAILED, PROCESSED } from './afterIngest.ts'
import { Folder } from './folder.ts'
import { inspectPath } from './identity.ts'
import { WatchLog } from './log.ts'
import { type WatchOptions, type WatchOptionsInput, watchOptions } from './options.ts'
import { OwnRejects, refuseRejectsAmongFiles } from './rejects.ts'
import { type WatchFacts, WatchTotals } from './report.ts'
import { SharedRejects } from './sharedRejects.ts'

/** The state of a prepared watch. */
export interface WatchContext {
  /** The directory, opened by its real path. */
  readonly folder: Folder
  readonly store: Store
  readonly ingest: IngestOptions
  readonly options: WatchOptions
  readonly run: Run<IngestContext>
  /** For a dry run: the state that it is compared with, and that it leaves unchanged. */
  readonly state: State | undefined
  readonly log: WatchLog
  /** The shared rejects file; undefined if each file has its own. */
  readonly rejects: { readonly shared: SharedRejects | undefined; readonly own: OwnRejects }
  readonly totals: WatchTotals
  readonly facts: WatchFacts
  /** For a dry run: the store that takes what all files would write. */
  readonly scratch: Scratch | undefined
  /** Paths of files that are not coalesced with others, until they are taken. */
  readonly ungrouped: Set<string>
  /** Paths of files whose second name was already reported. */
  readonly notified: Set<string>
  close(): Promise<void>
}

/**
 * Prepares everything before the first file is taken: options, the directory, the lock, what is remembered.
 * @throws ElysiaError ELYSIA_USAGE, ELYSIA_INPUT_MISSING, ELYSIA_INPUT, ELYSIA_LOCKED
 */
export async function setUpWatch(
  path: string,
  store: Store,
  options: IngestOptionsInput & WatchOptionsInput,
  callerContext: IngestContext,
): Promise<WatchContext> {
  const { ingest, watch } = optionsOf(options)
  requireUsable(ingest)
  const directory = await directoryAt(path)
  await refuseRejectsAmongFiles(directory, namePattern(watch.pattern), callerContext)
  const { context, scratch, discard } = ingest.dryRun ? dry(callerContext, store) : real(callerContext)
  const facts = factsOf(ingest, store, context)
  const { state } = context
  const key = [facts.target, facts.class, directory]
  refuseTakenRun(callerContext.runId, { ...facts, inputs: [directory] }, callerContext.state?.journal)
  const lock = lockDirectory(key, directory, state, ingest.dryRun ? callerContext : undefined)
  const database = state?.database ?? openDatabase(':memory:')
  const own = new OwnRejects(context, watch.after === 'move')
  const closers: (() => unknown)[] = [
    () => own.close(),
    () => state === undefined && database.close(),
    () => lock?.release(),
    discard,
  ]
  const close = () => closeAll(closers)
  try {
    const log = new WatchLog(database, JSON.stringify([...key, ingest.tenant ?? ingest.tenantBy ?? null]))
    const folder = await Folder.open(directory)
    closers.unshift(() => folder.close())
    if (context.fresh === true) log.forgetAll()
    else await seeWhatIsGone(log, folder, watch)
    if (options.after === 'move') await provideSubdirectories(folder, ingest.dryRun)
    const run = new Run('watch', context)
    const shared = SharedRejects.open(database, context)
    closers.unshift(() => shared?.close())
    const totals = new WatchTotals(ingest.dryRun)
    return {
      folder,
      store,
      ingest,
      options: watch,
      run,
      scratch,
      state: callerContext.state,
      log,
      rejects: { shared, own },
      totals,
      facts,
      ungrouped: new Set(),
      notified: new Set(),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Locks a directory for a watch. `dryRun`, the context of a dry run, takes no lock, and is refused like the real one. */
function lockDirectory(
  key: readonly string[],
  directory: string,
  state: State | undefined,
  dryRun: IngestContext | undefined,
): { release(): void } | undefined {
  const lockName = `watch ${JSON.stringify(key)}`
  const lock = state && stateLock(state.directory, lockName, `watching ${directory}`)
  if (dryRun !== undefined) requireNobody(dryRun, lockName, directory)
  return lock
}

type Scratch = NonNullable<SharedIngest['scratch']>

interface Effective {
  readonly context: IngestContext
  readonly scratch: Scratch | undefined
  discard(): Promise<void>
}

function real(context: IngestContext): Effective {
  return { context, scratch: undefined, discard: async () => {} }
}

/** Remembers nothing, but what one file would write is there for the next. */
function dry({ state: _, ...context }: IngestContext, store: Store): Effective {
  let made: Promise<Store> | undefined
  const scratch = (layout: CollectionSchema) => {
    made ??= dryRunStore(store, layout)
    return made
  }
  return { context, scratch, discard: async () => (await made?.catch(() => undefined))?.close() }
}

/** A dry run takes no lock, and is refused if the real one would be. @throws ElysiaError ELYSIA_LOCKED */
function requireNobody({ state, rejectsPath }: IngestContext, lockName: string, directory: string): void {
  if (state === undefined) return
  requireFree(state.directory, lockName, `watching ${directory}`)
  if (rejectsPath !== undefined) requireRejectsFree(state, rejectsPath)
}

function optionsOf(input: IngestOptionsInput & WatchOptionsInput): {
  ingest: IngestOptions
  watch: WatchOptions
} {
  const entries = Object.entries(input)
  const isOfWatch = ([key]: [string, unknown]) => Object.hasOwn(watchOptions.properties, key)
  const watch = Object.fromEntries(entries.filter(isOfWatch)) as WatchOptionsInput
  const rest = Object.fromEntries(entries.filter((entry) => !isOfWatch(entry))) as IngestOptionsInput
  const ingest = resolveInput(ingestOptions, rest)
  const resolved = resolveInput(watchOptions, watch)
  return { ingest, watch: ingest.dryRun ? { ...resolved, after: 'keep' } : resolved }
}

function factsOf(ingest: IngestOptions, store: Store, { runId }: IngestContext): WatchFacts {
  const { collection } = ingest
  return { id: runId ?? newRunId(), collection, class: classNameOf(collection), target: store.target }
}

async function directoryAt(path: string): Promise<string> {
  const stats = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const code = cause.code === 'ENOENT' ? 'ELYSIA_INPUT_MISSING' : 'ELYSIA_INPUT'
    throw new ElysiaError(code, `the directory ${path} cannot be watched: ${messageOf(cause)}`, { cause })
  })
  if (stats.isDirectory()) return realpath(path)
  throw new ElysiaError('ELYSIA_USAGE', `${path} is not a directory`, {
    hint: 'give the directory that the files come into; one file is for `index process-jsonl FILE`',
  })
}

/** If a path now leads to something else, records that its file is gone; it may have been renamed. */
async function seeWhatIsGone(log: WatchLog, folder: Folder, { followLinks }: WatchOptions): Promise<void> {
  for (const path of log.paths())
    log.seeGone(path, await inspectPath(path, followLinks, folder.at(basename(path))))
}

/** Finds out what is not available before the first file is taken; a dry run does too, and makes nothing. */
async function provideSubdirectories(folder: Folder, dryRun: boolean): Promise<void> {
  for (const name of [PROCESSED, FAILED]) {
    if (dryRun) await folder.requireOwn(name)
    else await (await folder.own(name)).close()
  }
}
