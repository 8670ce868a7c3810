import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Retry } from '../../async/retry.ts'
import type { Threads } from '../../async/thread/threads.ts'
import { named } from '../../core/channel/stages.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { Checkpoint } from '../../run/checkpoint.ts'
import { batchesInFlight } from '../../run/inFlight.ts'
import type { RejectsFile } from '../../run/rejectsFile.ts'
import type { Run } from '../../run/run.ts'
import type { State } from '../../run/state.ts'
import type { Shape } from '../../store/sink/shape.ts'
import { sink } from '../../store/sink/sink.ts'
import type { Store } from '../../store/store.ts'
import { ofInput } from '../../stream/foreignInput.ts'
import { held } from '../../stream/held.ts'
import { type SkipSettled, skipSettled } from '../../stream/lines/skipSettled.ts'
import type { FirstPass } from './coalesce/firstPass.ts'
import { passesOf } from './coalesce/passes.ts'
import { SecondPass } from './coalesce/secondPass.ts'
import { windowOf } from './coalesce/window.ts'
import { type Head, type Input, labelOf, open, requireRecords, stillEnds } from './input.ts'
import type { Ledger } from './ledger.ts'
import type { IngestOptions } from './options.ts'
import { changeStages } from './stages.ts'
import { changeThread, threadedItems } from './thread/items.ts'
import { unwritten } from './unwritten.ts'

/** What an ingest works with once its preparations are made. */
export interface Ingest {
  readonly run: Run
  /** The name of the run. */
  readonly id: string
  readonly class: string
  readonly store: Store
  readonly inputs: readonly Input[]
  readonly options: IngestOptions
  /** What is stored of the objects that records describe; undefined where it is these. */
  readonly shape?: Shape | undefined
  readonly ledger: Ledger
  readonly rejects: RejectsFile | undefined
  /** Where an interrupted run is taken up; undefined where this one begins at the first line. */
  readonly checkpoint: Checkpoint | undefined
  /** Makes what is missing of the collection, once, however often it is called. */
  readonly make: () => Promise<void>
  /** Starts or continues the row of the run in the journal. */
  readonly startRun: (continues: boolean) => void
  /** What a first pass found, where the inputs were read before. */
  readonly first?: FirstPass | undefined
  /** Make operations of lines; undefined where this thread does. */
  readonly threads?: Threads | undefined
}

/**
 * Takes the inputs through the stages, one after the other: from the checkpoint where they are still those
 * that it speaks of, else from the first line.
 */
export async function ingestInputs(ingest: Ingest): Promise<void> {
  const { checkpoint, ledger } = ingest
  if (checkpoint === undefined) startOver(ingest)
  else {
    ledger.restoreCheckpoint(checkpoint)
    ingest.startRun(true)
  }
  await requireAllRecords(ingest)
  const first = await passesOf(ingest)
  const threads = first === undefined ? await changeThread(ingest.options) : undefined
  try {
    if (!stopped(ingest)) await takeInputs({ ...planned(ingest, first), threads })
  } finally {
    await threads?.close()
    first?.plan.close()
  }
  if (!stopped(ingest)) await ingest.make()
}

/** The same ingest by a plan. What an interrupted run left out for later records holds only while these are there. */
function planned(ingest: Ingest, first: FirstPass | undefined): Ingest {
  const { ledger, checkpoint } = ingest
  if (first !== undefined) {
    ledger.plan = first.mark
    ledger.passes = 'two'
  } else if (windowOf(ingest.options) !== undefined) ledger.passes = 'window'
  const holds = first?.continues ?? checkpoint?.plan === undefined
  if (holds) return { ...ingest, first }
  startOverChanged(ingest)
  return { ...ingest, first, checkpoint: undefined }
}

async function takeInputs(ingest: Ingest): Promise<void> {
  const { checkpoint } = ingest
  if (checkpoint === undefined) return ingestFrom(ingest, 0)
  if (await resumed(ingest, checkpoint)) return ingestFrom(ingest, checkpoint.input + 1)
  if (stopped(ingest)) return
  startOverChanged(ingest)
  return ingestFrom(ingest, 0)
}

/** Of several files each is looked at before the first one is taken. A single one is looked at as it is read. */
async function requireAllRecords(ingest: Ingest): Promise<void> {
  const { inputs, options, run } = ingest
  if (inputs.length === 1) return
  for (const input of inputs) {
    if (stopped(ingest)) return
    if (input.rereadable) {
      await requireRecords(input, options, run.signal).catch((error: unknown) => {
        throw ofInput(error, labelOf(input))
      })
    }
  }
}

async function ingestFrom(ingest: Ingest, first: number): Promise<void> {
  for (let index = first; index < ingest.inputs.length && !stopped(ingest); index++)
    await ingestOne(ingest, index)
}

/** Goes on in the input that the checkpoint speaks of; false where the inputs are others than they were. */
async function resumed(ingest: Ingest, checkpoint: Checkpoint): Promise<boolean> {
  const { ends, input, tally } = checkpoint
  for (const [index, end] of ends.entries()) {
    if (!(await stillEnds(ingest.inputs[index]!, end, ingest.options))) return false
  }
  ingest.run.emit({ type: 'run_continued', run: ingest.id, line: tally.lines })
  if (input >= ingest.inputs.length) return true
  try {
    await ingestOne(ingest, input, checkpoint)
    return true
  } catch (error) {
    if (error instanceof ElysiaError && error.code === 'ELYSIA_INPUT_CHANGED') return false
    throw error
  }
}

async function ingestOne(ingest: Ingest, index: number, reached?: Checkpoint): Promise<void> {
  const { ledger, options, inputs, run, first } = ingest
  const { stop, signal } = run
  const onTrailing = () => run.emit({ type: 'trailing_bytes', input: labelOf(inputs[index]!) })
  const head = open(inputs[index]!, { ...options, raw: first !== undefined }, stop, {
    onTrailing,
    onRecognised: ingest.make,
  })
  ledger.ratio = head.ratio
  const skip = skipping(ingest, inputs[index]!, reached, stop)
  const second = first && new SecondPass(first, index, ingest.store, options, skip)
  const onSkipDone = second ? () => second.goOn(ledger) : skipDoneHandler(ingest, skip)
  // Before the sink: what these stages refuse must not leave one behind that nothing will ever close.
  const window = second === undefined ? windowOf(options) : undefined
  const middle = second?.stages ?? itemStages(ingest, window?.options ?? options)
  const workers = batchesInFlight(options.workers, ingest.store, (window?.options ?? options).batchBytes)
  const end = sink(ingest.store, ingest.class, {
    workers,
    skipUnchanged: options.skipUnchanged,
    shape: ingest.shape,
    ...window?.sink,
    retryForMs: options.retryForMs,
    sharedTransactions: keepsState(ingest.store, run.context.state),
    onBatch: () => ledger.requireFewRejects(),
    // What can be read again need not be begun any more; what was taken from a pipe is written.
    ...(inputs[index]!.rereadable && { stop }),
    onRetry: (retry) => waiting(ingest, retry),
    onTenant: (tenant) => ingest.store.createTenants(ingest.class, [tenant]),
    ...(run.context.onInFlight && { onInFlight: run.context.onInFlight }),
    onSettled: (settlement) => {
      onSkipDone()
      ledger.settle(settlement)
    },
  })
  const closed = new Promise((resolve) => end.once('close', resolve))
  try {
    const stages = [
      ...head.stages,
      ...(skip ? [skip] : []),
      ...held(run.memory),
      ...middle,
      named('write', end),
    ]
    run.context.stages?.watch(stages)
    await pipeline(stages, { signal })
  } catch (error) {
    // What the sink had in flight, a transaction say, has its end before anybody asks what is settled.
    await closed
    if (signal.aborted || (stop.aborted && error === stop.reason))
      requireWritten(ingest, inputs[index]!, head, skip, true)
    throw inputs.length > 1 ? ofInput(error, labelOf(inputs[index]!)) : error
  }
  await closed
  ledger.workers = typeof workers === 'object' ? workers.settled : workers
  if (typeof workers === 'object') run.emit({ type: 'workers_found', workers: workers.settled })
  if (stopped(ingest)) return requireWritten(ingest, inputs[index]!, head, skip, false)
  onSkipDone()
  second?.requireWhole(ledger.line)
  await inputs[index]!.settled?.()
  // A producer that the same signal ended may be seen to end before the signal itself.
  if (stopped(ingest)) return
  ledger.endInput(head.splitter.lines, head.splitter.bytes)
}

/** True of a store that the journal lies in: a checkpoint and what it speaks of are committed, or taken back, together. */
function keepsState(store: Store, state: State | undefined): boolean {
  return state !== undefined && (store as { readonly database?: unknown }).database === state.database
}

function itemStages({ threads, run: { memory } }: Ingest, options: IngestOptions): Duplex[] {
  return threads === undefined ? changeStages(options, memory) : threadedItems(threads, options, memory)
}

/**
 * That nothing was taken from an input which cannot be read again and left unwritten: such a stop is no clean one. Where
 * the same command gets the same lines again, of a line that was cut it is enough to say so.
 * @throws ElysiaError ELYSIA_INPUT
 */
function requireWritten(
  { ledger, run }: Ingest,
  input: Input,
  head: Head,
  skip: SkipSettled | undefined,
  atOnce: boolean,
): void {
  const { rereadable, comesAgain } = input
  if (rereadable || run.context.state === undefined) return
  const settled = {
    line: Math.max(ledger.line, skip?.settledLine ?? 0),
    before: skip === undefined || skip.replayed ? 0 : skip.line,
  }
  const left = unwritten(labelOf(input), head, settled, atOnce)
  if (left === undefined) return
  if (comesAgain && !left.isLines) {
    const { line, behind } = left
    const where = line === undefined ? { behind: behind ?? 0 } : { line }
    run.emit({ type: 'line_cut', input: labelOf(input), ...where })
    return
  }
  throw new ElysiaError('ELYSIA_INPUT', left.text, {
    hint: 'it cannot be read twice: have its producer send what is not written again, or all from the first line on',
  })
}

/** The stage that leaves out what is settled. What cannot be read twice is spooled until it proves the same. */
function skipping(
  ingest: Ingest,
  { rereadable }: Input,
  reached: Checkpoint | undefined,
  stop: AbortSignal,
): SkipSettled | undefined {
  if (reached === undefined || reached.mark.line === 0) return undefined
  const { directory, journal } = ingest.run.context.state!
  const { mark, places, input } = reached
  return skipSettled({
    ...mark,
    places,
    stop,
    ...(!rereadable && {
      fingerprints: journal.fingerprints(ingest.id, input),
      spool: join(directory, `${ingest.id}.spool`),
    }),
  })
}

/** A function that, once, lets the ledger go on where the skipped lines end, or begin anew where they differ. */
function skipDoneHandler(ingest: Ingest, skip: SkipSettled | undefined): () => void {
  let joined = skip === undefined
  return () => {
    if (joined) return
    joined = true
    if (skip!.replayed) startOverChanged(ingest)
    else {
      ingest.ledger.resumeInput(skip!.line, skip!.digest)
    }
  }
}

function startOver(ingest: Ingest): void {
  ingest.ledger.reset()
  ingest.startRun(false)
}

function startOverChanged(ingest: Ingest): void {
  ingest.run.emit({ type: 'run_started_over', reason: 'input_changed' })
  startOver(ingest)
}

function stopped({ run }: Ingest): boolean {
  return run.stop.aborted
}

function waiting(ingest: Ingest, retry: Retry): void {
  ingest.ledger.tally.retries += 1
  ingest.run.onRetry(retry)
}
