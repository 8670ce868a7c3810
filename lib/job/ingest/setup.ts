import { join } from 'node:path'
import { retryUntilDeadline } from '../../async/retry.ts'
import { classNameOf } from '../../change/collectionName.ts'
import type { Inode } from '../../file/inode.ts'
import type { Checkpoint } from '../../run/checkpoint.ts'
import type { Emit } from '../../run/context.ts'
import { emitter, retryEvent } from '../../run/events.ts'
import { requireOutput } from '../../run/outputFile.ts'
import { newRunId, type RunKey } from '../../run/record.ts'
import { RejectsFile } from '../../run/rejectsFile.ts'
import { lockRun, refuseTakenRun, requireUnlocked } from '../../run/state.ts'
import type { Store } from '../../store/store.ts'
import { dryRunStore } from './dryRun.ts'
import type { Input } from './input.ts'
import { errorLimit, Ledger } from './ledger.ts'
import type { IngestOptions } from './options.ts'
import { prepare } from './prepare.ts'
import { continuation } from './resume.ts'
import type { IngestRun } from './run.ts'
import type { Circumstances } from './types.ts'

/** A run that may begin, and what has to be put back after it. */
export interface Setup {
  readonly run: IngestRun
  close(): Promise<void>
}

/**
 * Everything before the first line is read: the lock, the checkpoint to go on from, whether the collection fits.
 * Nothing is made yet.
 * @throws ElysiaError ELYSIA_LOCKED, ELYSIA_CONFLICT, ELYSIA_NOT_FOUND, ELYSIA_UNREACHABLE
 */
export async function setUp(
  inputs: readonly Input[],
  store: Store,
  options: IngestOptions,
  given: Circumstances,
): Promise<Setup> {
  const circumstances = options.dryRun ? withoutTraces(given) : given
  const emit = emitter(circumstances.onEvent)
  const { state } = circumstances
  const key = keyOf(inputs, store, options)
  refuseTakenRun(given.runId, key, given.state?.journal)
  const spared = requireRejectsApart(inputs, store, options, given)
  if (options.dryRun && given.state !== undefined) requireUnlocked(given.state, key)
  const lock = state && lockRun(state, key)
  try {
    const waiting = waitingFor(options, circumstances, emit)
    const found = await waiting(() => prepare(store, options, emit, given.state?.journal))
    let made: Promise<void> | undefined
    const begun = continuation(key, circumstances, found.created, inputs.every(isRereadable), emit)
    const name = begun.run ?? circumstances.runId ?? newRunId()
    const rejects = rejectsFile(circumstances, begun.checkpoint, name, spared)
    const scratch = circumstances.scratch ?? ((layout) => dryRunStore(store, layout))
    const run: IngestRun = {
      run: name,
      class: found.class,
      store: options.dryRun ? await scratch(found.layout) : store,
      inputs,
      options,
      circumstances,
      emit,
      checkpoint: begun.checkpoint && rejoined(begun.checkpoint, rejects, circumstances.rejectsFrom),
      make: () => {
        made ??= waiting(found.make)
        return made
      },
      enter: () => state?.journal.begin(name, key, options.collection),
      rejects,
      ledger: ledgerOf(name, inputs, options, circumstances, rejects),
    }
    return { run, close: () => close(run, store, rejects, lock) }
  } catch (error) {
    lock?.release()
    throw error
  }
}

function ledgerOf(
  run: string,
  inputs: readonly Input[],
  options: IngestOptions,
  { state, onEvent, rejectsFrom }: Circumstances,
  rejects: RejectsFile | undefined,
): Ledger {
  const isShared = inputs.length > 1 || rejectsFrom !== undefined
  return new Ledger({
    rejects,
    limit: errorLimit(options.maxErrors),
    commit: state && ((step) => state.journal.commit(run, step)),
    emit: emitter(onEvent),
    readOnce: (index) => inputs[index]?.rereadable === false,
    linesBefore: (index) => inputs[index]?.linesBefore ?? 0,
    sourceOf: (index) => (isShared ? inputs[index]?.name : undefined),
  })
}

/** Waits for a store that is away, and says so. What stops the run ends the wait: there is nothing to finish yet. */
function waitingFor({ retryForMs }: IngestOptions, { signal, stop }: Circumstances, emit: Emit) {
  const ends = [signal, stop].filter((end): end is AbortSignal => end?.aborted === false)
  return retryUntilDeadline({
    forMs: retryForMs,
    onRetry: (retry) => emit(retryEvent(retry)),
    ...(ends.length > 0 && { signal: AbortSignal.any(ends) }),
  })
}

/** The last checkpoint that was committed: after a failure the truth lies there, not in memory. */
export function lastCheckpoint({ circumstances, run }: IngestRun): Checkpoint | undefined {
  try {
    return circumstances.state?.journal.checkpoint(run)
  } catch {
    return undefined
  }
}

function isRereadable({ rereadable }: Input): boolean {
  return rereadable
}

/** A dry run leaves no checkpoint, so that the real one begins at the beginning. */
function withoutTraces({ state: _, ...circumstances }: Circumstances): Circumstances {
  return circumstances
}

function keyOf(inputs: readonly Input[], { target }: Store, options: IngestOptions): RunKey {
  const tenant = options.tenant ?? (options.tenantBy && `by ${options.tenantBy}`)
  return {
    target,
    class: classNameOf(options.collection),
    inputs: inputs.map(({ name }) => name),
    ...(tenant && { tenant }),
  }
}

/** A continued run goes on in its own rejects file, unless told of another. */
function rejectsFile(
  { rejectsPath, rejectsFrom, rejectsDirectory }: Circumstances,
  checkpoint: Checkpoint | undefined,
  run: string,
  spared: ReadonlySet<Inode>,
): RejectsFile | undefined {
  const standard = rejectsDirectory && join(rejectsDirectory, `${run}.jsonl`)
  const path = rejectsPath ?? checkpoint?.rejectsPath ?? standard
  if (path === undefined) return undefined
  return new RejectsFile(path, rejectsFrom === undefined ? { run, spared } : { from: rejectsFrom })
}

/** @throws ElysiaError ELYSIA_USAGE where the rejects would be written over what is read, the store or the state */
function requireRejectsApart(
  inputs: readonly Input[],
  store: Store,
  { schema }: IngestOptions,
  { rejectsPath, state }: Circumstances,
): ReadonlySet<Inode> {
  if (rejectsPath === undefined) return new Set()
  const files = inputs.flatMap(({ name, rereadable, file = rereadable ? name : undefined }) =>
    file === undefined ? [] : [{ file, what: 'the input' }],
  )
  const read = schema === undefined ? files : [...files, { file: schema, what: 'the schema' }]
  return requireOutput('--rejects', rejectsPath, { inputs: read, store, stateDirectory: state?.directory })
}

/** A length that was noted of another file says nothing of this one. */
function rejoined(checkpoint: Checkpoint, rejects: RejectsFile | undefined, from = 0): Checkpoint {
  if (rejects?.path === checkpoint.rejectsPath) return checkpoint
  const { rejectsDigest: _, ...rest } = checkpoint
  return { ...rest, rejectsBytes: from }
}

async function close(
  run: IngestRun,
  store: Store,
  rejects: RejectsFile | undefined,
  lock: { release(): void } | undefined,
): Promise<void> {
  rejects?.close()
  lock?.release()
  if (run.store !== store && run.circumstances.scratch === undefined) await run.store.close()
}
