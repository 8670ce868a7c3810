import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Retry } from '../../async/retry.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { Checkpoint } from '../../run/checkpoint.ts'
import type { Emit } from '../../run/context.ts'
import { retryEvent } from '../../run/events.ts'
import type { RejectsFile } from '../../run/rejectsFile.ts'
import { sink } from '../../store/sink/sink.ts'
import type { Store } from '../../store/store.ts'
import { ofInput } from '../../stream/foreignInput.ts'
import { type SkipSettled, skipSettled } from '../../stream/lines/skipSettled.ts'
import { type Head, type Input, open, requireRecords, stillEnds } from './input.ts'
import type { Ledger } from './ledger.ts'
import type { IngestOptions } from './options.ts'
import { changeStages } from './stages.ts'
import type { Circumstances } from './types.ts'
import { unwritten } from './unwritten.ts'

const NEVER = new AbortController().signal

/** What a run works with once its preparations are made. */
export interface IngestRun {
  readonly run: string
  readonly class: string
  readonly store: Store
  readonly inputs: readonly Input[]
  readonly options: IngestOptions
  readonly circumstances: Circumstances
  readonly ledger: Ledger
  readonly rejects: RejectsFile | undefined
  readonly emit: Emit
  /** Where an interrupted run is taken up; undefined where this one begins at the first line. */
  readonly checkpoint: Checkpoint | undefined
  /** Makes what is missing of the collection, once, however often it is called. */
  readonly make: () => Promise<void>
  /** Enters the run in the journal as one that has settled nothing. */
  readonly enter: () => void
}

/**
 * Takes the inputs through the stages, one after the other: from the checkpoint where they are still those
 * that it speaks of, else from the first line.
 */
export async function ingestInputs(run: IngestRun): Promise<void> {
  const { checkpoint, ledger } = run
  if (checkpoint === undefined) startOver(run)
  else ledger.restoreCheckpoint(checkpoint)
  await requireAllRecords(run)
  await takeInputs(run)
  if (!stopped(run)) await run.make()
}

async function takeInputs(run: IngestRun): Promise<void> {
  const { checkpoint } = run
  if (checkpoint === undefined) return ingestFrom(run, 0)
  if (await resumed(run, checkpoint)) return ingestFrom(run, checkpoint.input + 1)
  if (stopped(run)) return
  run.emit({ type: 'run_started_over', reason: 'input_changed' })
  startOver(run)
  return ingestFrom(run, 0)
}

/** Of several files each is looked at before the first one is taken. A single one is looked at as it is read. */
async function requireAllRecords(run: IngestRun): Promise<void> {
  const { inputs, options, circumstances } = run
  if (inputs.length === 1) return
  for (const input of inputs) {
    if (stopped(run)) return
    if (input.rereadable) {
      await requireRecords(input, options, circumstances.signal ?? NEVER).catch((error: unknown) => {
        throw ofInput(error, input.name)
      })
    }
  }
}

async function ingestFrom(run: IngestRun, first: number): Promise<void> {
  for (let index = first; index < run.inputs.length && !stopped(run); index++) await ingestOne(run, index)
}

/** Goes on in the input that the checkpoint speaks of; false where the inputs are others than they were. */
async function resumed(run: IngestRun, checkpoint: Checkpoint): Promise<boolean> {
  const { ends, input, tally } = checkpoint
  for (const [index, end] of ends.entries()) {
    if (!(await stillEnds(run.inputs[index]!, end, run.options))) return false
  }
  run.emit({ type: 'run_continued', run: run.run, line: tally.lines })
  if (input >= run.inputs.length) return true
  try {
    await ingestOne(run, input, checkpoint)
    return true
  } catch (error) {
    if (error instanceof ElysiaError && error.code === 'ELYSIA_INPUT_CHANGED') return false
    throw error
  }
}

async function ingestOne(run: IngestRun, index: number, reached?: Checkpoint): Promise<void> {
  const { circumstances, ledger, options, inputs } = run
  const { stop = NEVER, signal = NEVER } = circumstances
  const onTrailing = () => run.emit({ type: 'trailing_bytes', input: inputs[index]!.name })
  const head = open(inputs[index]!, options, stop, { onTrailing, onRecognised: run.make })
  ledger.ratio = head.ratio
  const skip = skipping(run, inputs[index]!, reached, stop)
  const onSkipDone = startRun(run, skip)
  // Before the sink: what these stages refuse must not leave one behind that nothing will ever close.
  const middle = changeStages(options)
  const end = sink(run.store, run.class, {
    workers: options.workers,
    skipUnchanged: options.skipUnchanged,
    retryForMs: options.retryForMs,
    // What can be read again need not be begun any more; what was taken from a pipe is written.
    ...(inputs[index]!.rereadable && { stop }),
    onRetry: (retry) => waiting(run, retry),
    onTenant: (tenant) => run.store.createTenants(run.class, [tenant]),
    onSettled: (settlement) => {
      onSkipDone()
      ledger.settle(settlement)
    },
  })
  const closed = new Promise((resolve) => end.once('close', resolve))
  try {
    await pipeline([...head.stages, ...(skip ? [skip] : []), ...middle, end], { signal })
  } catch (error) {
    // What the sink had in flight, a transaction say, has its end before anybody asks what is settled.
    await closed
    if (signal.aborted || (stop.aborted && error === stop.reason))
      requireWritten(run, inputs[index]!, head, skip, true)
    throw inputs.length > 1 ? ofInput(error, inputs[index]!.name) : error
  }
  await closed
  if (stopped(run)) return requireWritten(run, inputs[index]!, head, skip, false)
  onSkipDone()
  await inputs[index]!.settled?.()
  // A producer that the same signal ended may be seen to end before the signal itself.
  if (stopped(run)) return
  ledger.endInput(head.splitter.lines, head.splitter.bytes)
}

/**
 * That nothing was taken from an input which cannot be read again and left unwritten: such a stop is no clean one. Where
 * the same command gets the same lines again, of a line that was cut it is enough to say so.
 * @throws ElysiaError ELYSIA_INPUT
 */
function requireWritten(
  { ledger, circumstances, emit }: IngestRun,
  { name, rereadable, comesAgain }: Input,
  head: Head,
  skip: SkipSettled | undefined,
  atOnce: boolean,
): void {
  if (rereadable || circumstances.state === undefined) return
  const settled = {
    line: Math.max(ledger.line, skip?.settledLine ?? 0),
    before: skip === undefined || skip.replayed ? 0 : skip.line,
  }
  const left = unwritten(name, head, settled, atOnce)
  if (left === undefined) return
  if (comesAgain && !left.isLines) {
    const { line, behind } = left
    const where = line === undefined ? { behind: behind ?? 0 } : { line }
    emit({ type: 'line_cut', input: name, ...where })
    return
  }
  throw new ElysiaError('ELYSIA_INPUT', left.text, {
    hint: 'it cannot be read twice: have its producer send what is not written again, or all from the first line on',
  })
}

/** The stage that leaves out what is settled. What cannot be read twice is spooled until it proves the same. */
function skipping(
  run: IngestRun,
  { rereadable }: Input,
  reached: Checkpoint | undefined,
  stop: AbortSignal,
): SkipSettled | undefined {
  if (reached === undefined || reached.mark.line === 0) return undefined
  const { directory, journal } = run.circumstances.state!
  const { mark, places, input } = reached
  return skipSettled({
    ...mark,
    places,
    stop,
    ...(!rereadable && {
      fingerprints: journal.fingerprints(run.run, input),
      spool: join(directory, `${run.run}.spool`),
    }),
  })
}

/** A function that, once, lets the ledger go on where the skipped lines end, or begin anew where they differ. */
function startRun(run: IngestRun, skip: SkipSettled | undefined): () => void {
  let joined = skip === undefined
  return () => {
    if (joined) return
    joined = true
    if (skip!.replayed) {
      run.emit({ type: 'run_started_over', reason: 'input_changed' })
      startOver(run)
    } else {
      run.ledger.resumeInput(skip!.line, skip!.digest)
    }
  }
}

function startOver(run: IngestRun): void {
  run.ledger.reset()
  run.enter()
}

function stopped({ circumstances }: IngestRun): boolean {
  return circumstances.stop?.aborted === true
}

function waiting(run: IngestRun, retry: Retry): void {
  run.ledger.tally.retries += 1
  run.emit(retryEvent(retry))
}
