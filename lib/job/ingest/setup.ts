import { classNameOf } from '../../change/collectionName.ts'
import type { Inode } from '../../file/inode.ts'
import type { Checkpoint } from '../../run/checkpoint.ts'
import type { WriteContext } from '../../run/context.ts'
import { requireOutput } from '../../run/outputFile.ts'
import { newRunId, type RunKey, rejectsIn } from '../../run/record.ts'
import { RejectsFile } from '../../run/rejectsFile.ts'
import { Run } from '../../run/run.ts'
import { refuseTakenRun, type State } from '../../run/state.ts'
import type { Store } from '../../store/store.ts'
import type { TransformPipeline } from '../../transform/pipeline.ts'
import type { Transform } from '../../transform/transform.ts'
import { dryRunStore } from './dryRun.ts'
import { type Input, labelOf } from './input.ts'
import { errorLimit } from './ledger/errorLimit.ts'
import { Ledger } from './ledger/ledger.ts'
import { lockIngest } from './lock.ts'
import type { IngestOptions } from './options.ts'
import { prepareCollection } from './prepareCollection.ts'
import { findContinuation } from './resume.ts'
import { ingestShape, shapeTransforms, transformKeys } from './shape.ts'
import type { Ingest, IngestContext, SharedIngest } from './types.ts'

/** An ingest that is ready to begin, and what to put back afterwards. */
export interface IngestSetup {
  readonly ingest: Ingest
  close(): Promise<void>
}

/**
 * Prepares everything before the first line is read: the lock, the checkpoint to continue from, whether the collection
 * fits. Makes nothing yet.
 * @throws ElysiaError ELYSIA_LOCKED, ELYSIA_CONFLICT, ELYSIA_NOT_FOUND, ELYSIA_UNREACHABLE
 */
export async function setUpIngest(
  inputs: readonly Input[],
  store: Store,
  options: IngestOptions,
  callerContext: IngestContext,
  shared: SharedIngest,
): Promise<IngestSetup> {
  const context = options.dryRun ? withoutTraces(callerContext) : callerContext
  const run = new Run('ingest', context)
  const { state } = context
  const { transforms = [] } = callerContext
  const key = keyOf(inputs, store, options, transforms)
  refuseTakenRun(callerContext.runId, key, callerContext.state?.journal)
  const spared = requireRejectsApart(inputs, store, options, callerContext)
  const lock = lockIngest(key, options, callerContext, shared)
  try {
    const waiting = waitingFor(run, options)
    const destination = await waiting(() =>
      prepareCollection(store, options, run.emit, callerContext.state?.journal, (layout) =>
        shapeTransforms(transforms, layout),
      ),
    )
    const continuation = findContinuation(key, context, destination.created, inputs.every(isRereadable))
    const id = continuation.run ?? context.runId ?? newRunId()
    const rejects = rejectsFile(
      context,
      shared,
      continuation.checkpoint,
      { run: id, target: store.target },
      spared,
    )
    const scratch = shared.scratch ?? ((layout) => dryRunStore(store, layout))
    const sharesTransactions = keepsState(store, state) && shared.batchesAlone !== true
    const areNamed = inputs.length > 1 || shared.rejectsFrom !== undefined
    const ingest: Ingest = {
      run,
      id,
      class: destination.class,
      layout: destination.layout,
      store: options.dryRun ? await scratch(destination.layout) : store,
      inputs,
      options,
      shape: ingestShape(destination.transforms),
      first: shared.first,
      checkpoint: continuation.checkpoint && rejoined(continuation.checkpoint, rejects, shared.rejectsFrom),
      sharesTransactions,
      make: once(() => waiting(destination.make)),
      startRun: (continues) => beginRun(run, { id, key, inputs, options }, continues),
      rejects,
      ledger: new Ledger({
        ...ofInputs(inputs, areNamed),
        rejects,
        limit: errorLimit(options.maxErrors),
        commit: state && ((step) => state.journal.commit(id, step)),
        emit: run.emit,
        tellsLater: sharesTransactions,
      }),
    }
    const own = ingest.store === store || shared.scratch !== undefined ? undefined : ingest.store
    return { ingest, close: () => close(own, rejects, lock, destination.transforms) }
  } catch (error) {
    lock.release()
    throw error
  }
}

/** A function that does the work at its first call, and gives the same promise at each later one. */
function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => {
    done ??= work()
    return done
  }
}

function beginRun(
  run: Run,
  {
    id,
    key,
    inputs,
    options: { collection, dryRun },
  }: Pick<Ingest, 'id' | 'inputs' | 'options'> & { key: RunKey },
  continues: Parameters<Run['begin']>[1],
): void {
  const labels = inputs.some(({ label }) => label !== undefined) && { labels: inputs.map(labelOf) }
  run.begin({ run: id, key, collection, dryRun, ...labels }, continues)
}

function ofInputs(inputs: readonly Input[], areNamed: boolean) {
  return {
    readOnce: (index: number) => inputs[index]?.rereadable === false,
    linesBefore: (index: number) => inputs[index]?.linesBefore ?? 0,
    sourceOf: (index: number) => (areNamed ? inputs[index]?.name : undefined),
    sizes: sizesOf(inputs),
  }
}

function sizesOf(inputs: readonly Input[]): number[] | undefined {
  const sizes = inputs.flatMap(({ size }) => (size === undefined ? [] : [size]))
  return sizes.length === inputs.length ? sizes : undefined
}

/** Waits for an unreachable store, with events. A stop of the run ends the wait: there is nothing to finish yet. */
function waitingFor(run: Run, { retryForMs }: IngestOptions) {
  const ends = [run.signal, run.stop].filter(({ aborted }) => !aborted)
  return run.retrying(retryForMs, AbortSignal.any(ends))
}

function isRereadable({ rereadable }: Input): boolean {
  return rereadable
}

/** The context of a dry run, which leaves no checkpoint, so that the real one starts from the beginning. */
function withoutTraces({ state: _, ...context }: IngestContext): IngestContext {
  return context
}

function keyOf(
  inputs: readonly Input[],
  { target }: Store,
  options: IngestOptions,
  transforms: readonly Transform[],
): RunKey {
  const tenant = options.tenant ?? (options.tenantBy && `by ${options.tenantBy}`)
  return {
    target,
    class: classNameOf(options.collection),
    inputs: inputs.map(({ name }) => name),
    ...(tenant && { tenant }),
    ...(transforms.length > 0 && { transforms: transformKeys(transforms) }),
  }
}

/**
 * True if the store contains the journal: a checkpoint and its objects are then committed, or rolled back, together.
 */
function keepsState(store: Store, state: State | undefined): boolean {
  return state !== undefined && (store as { readonly database?: unknown }).database === state.database
}

/** A continued run appends to its own rejects file by default. */
function rejectsFile(
  { rejectsPath, rejectsDirectory }: WriteContext,
  { rejectsFrom }: SharedIngest,
  checkpoint: Checkpoint | undefined,
  { run, target }: { readonly run: string; readonly target: string },
  spared: ReadonlySet<Inode>,
): RejectsFile | undefined {
  const standard = rejectsDirectory && rejectsIn(rejectsDirectory, run, target)
  const path = rejectsPath ?? checkpoint?.rejectsPath ?? standard
  if (path === undefined) return undefined
  return new RejectsFile(path, rejectsFrom === undefined ? { run, spared } : { from: rejectsFrom })
}

/** @throws ElysiaError ELYSIA_USAGE if the rejects would overwrite an input, the store or the state */
function requireRejectsApart(
  inputs: readonly Input[],
  store: Store,
  { schema }: IngestOptions,
  { rejectsPath, state }: WriteContext,
): ReadonlySet<Inode> {
  if (rejectsPath === undefined) return new Set()
  const files = inputs.flatMap(({ name, rereadable, file = rereadable ? name : undefined }) =>
    file === undefined ? [] : [{ file, what: 'the input' }],
  )
  const read = schema === undefined ? files : [...files, { file: schema, what: 'the schema' }]
  return requireOutput('--rejects', rejectsPath, { inputs: read, store, stateDirectory: state?.directory })
}

/** The recorded length of another file says nothing about this one, nor one before what others have written since. */
function rejoined(checkpoint: Checkpoint, rejects: RejectsFile | undefined, from = 0): Checkpoint {
  if (rejects?.path === checkpoint.rejectsPath && checkpoint.rejectsBytes >= from) return checkpoint
  const { rejectsDigest: _, ...rest } = checkpoint
  return { ...rest, rejectsBytes: from }
}

async function close(
  own: Store | undefined,
  rejects: RejectsFile | undefined,
  lock: { release(): void } | undefined,
  transforms: TransformPipeline,
): Promise<void> {
  rejects?.close()
  lock?.release()
  await own?.close()
  await transforms.close()
}
