import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Retry } from '../../async/retry.ts'
import { nameStage } from '../../core/channel/stages.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { Checkpoint } from '../../run/checkpoint.ts'
import { batchesInFlight } from '../../run/inFlight.ts'
import { type SinkOptions, sink } from '../../store/sink/sink.ts'
import { ofInput } from '../../stream/foreignInput.ts'
import { type SkipSettled, skipSettled } from '../../stream/lines/skipSettled.ts'
import { waitForMemory } from '../../stream/waitForMemory.ts'
import { SecondPass } from './coalesce/secondPass.ts'
import { windowOf } from './coalesce/window.ts'
import { type Input, labelOf, type OpenedInput, openInput } from './input.ts'
import type { IngestOptions } from './options.ts'
import { changeStages } from './stages.ts'
import { isStopping, startOverChanged } from './startOver.ts'
import { threadedItems } from './thread/items.ts'
import type { Ingest } from './types.ts'
import { unwrittenRest } from './unwrittenInput.ts'

/**
 * Takes one input through the stages; `reached` is where an interrupted run left it.
 * @throws the error that ended it
 */
export async function ingestOne(ingest: Ingest, index: number, reached?: Checkpoint): Promise<void> {
  const { ledger, options, inputs, run, first } = ingest
  const { stop, signal } = run
  const onTrailing = () => run.emit({ type: 'trailing_bytes', input: labelOf(inputs[index]!) })
  const head = openInput(inputs[index]!, { ...options, raw: first !== undefined }, stop, {
    onTrailing,
    onRecognized: ingest.make,
  })
  ledger.ratio = head.ratio
  const skip = skipping(ingest, inputs[index]!, reached, stop)
  const second = first && new SecondPass(first, index, ingest.store, options, skip)
  const onSkipDone = second ? () => second.goOn(ledger) : skipDoneHandler(ingest, skip)
  // Created before the sink: if these stages refuse, no sink is left open.
  const window = second === undefined ? windowOf(options) : undefined
  const middle = second?.stages ?? itemStages(ingest, window?.options ?? options)
  const workers = batchesInFlight(options.workers, ingest.store, (window?.options ?? options).batchBytes)
  const end = inputSink(ingest, inputs[index]!, { workers, ...window?.sink }, onSkipDone)
  const closed = new Promise((resolve) => end.once('close', resolve))
  let lost: Error | undefined
  end.once('error', (error) => {
    if (error.name !== 'AbortError') lost = error
  })
  try {
    const stages = [
      ...head.stages,
      ...(skip ? [nameStage('skip what is settled', skip)] : []),
      ...waitForMemory(run.memory),
      ...middle,
      nameStage('write', end),
    ]
    run.context.stages?.watch(stages)
    await pipeline(stages, { signal })
  } catch (error) {
    // What the sink had in flight, for example a transaction, must end before anyone asks what is settled.
    await closed
    if (signal.aborted || (stop.aborted && error === stop.reason))
      requireWritten(ingest, inputs[index]!, head, skip, true)
    const why = (error as Error).name === 'AbortError' ? (lost ?? error) : error
    throw inputs.length > 1 ? ofInput(why, labelOf(inputs[index]!)) : why
  }
  await closed
  ledger.workers = typeof workers === 'object' ? workers.settled : workers
  if (typeof workers === 'object') run.emit({ type: 'workers_found', workers: workers.settled })
  if (isStopping(ingest)) return requireWritten(ingest, inputs[index]!, head, skip, false)
  onSkipDone()
  second?.requireWhole(ledger.line)
  await inputs[index]!.settled?.()
  // A producer that the same signal ended may appear to end before the signal itself.
  if (isStopping(ingest)) return
  ledger.endInput(head.splitter.lines, head.splitter.bytes)
}

/** The sink of one input: into the ledger goes what it settles. `onSkipDone` is called before each settlement. */
function inputSink(
  ingest: Ingest,
  { rereadable }: Input,
  own: Pick<SinkOptions, 'workers' | 'writeAtMost' | 'unsettled'>,
  onSkipDone: () => void,
): ReturnType<typeof sink> {
  const { ledger, options, run, store } = ingest
  return sink(store, ingest.class, {
    skipUnchanged: options.skipUnchanged,
    shape: ingest.shape,
    ...own,
    retryForMs: options.retryForMs,
    sharedTransactions: ingest.sharesTransactions,
    onBatch: () => ledger.requireFewRejects(),
    onCommitted: () => ledger.tell(),
    // Inputs that can be read again stop at once; what was taken from a pipe is still written.
    ...(rereadable && { stop: run.stop }),
    onRetry: (retry) => countRetry(ingest, retry),
    onTenant: (tenant) => store.createTenants(ingest.class, [tenant]),
    ...(run.context.onInFlight && { onInFlight: run.context.onInFlight }),
    onSettled: (settlement) => {
      onSkipDone()
      ledger.settle(settlement)
    },
  })
}

function itemStages({ threads, run: { memory } }: Ingest, options: IngestOptions): Duplex[] {
  return threads === undefined ? changeStages(options, memory) : threadedItems(threads, options, memory)
}

/**
 * Checks that a stop left nothing taken but unwritten from an input that cannot be read again: that would be no clean
 * stop. If the same command gets the same lines again, a report suffices for a line that was cut.
 * @throws ElysiaError ELYSIA_INPUT
 */
function requireWritten(
  { ledger, run }: Ingest,
  input: Input,
  head: OpenedInput,
  skip: SkipSettled | undefined,
  atOnce: boolean,
): void {
  const { rereadable, comesAgain } = input
  if (rereadable || run.context.state === undefined) return
  const settled = {
    line: Math.max(ledger.line, skip?.settledLine ?? 0),
    before: skip === undefined || skip.replayed ? 0 : skip.line,
  }
  const left = unwrittenRest(labelOf(input), head, settled, atOnce)
  if (left === undefined) return
  if (comesAgain && !left.isLines) {
    const { line, behind } = left
    const where = line === undefined ? { behind: behind ?? 0 } : { line }
    run.emit({ type: 'line_cut', input: labelOf(input), ...where })
    return
  }
  throw new ElysiaError('ELYSIA_INPUT', left.text, {
    hint: 'it cannot be read twice: have its producer send again what was not written, or everything from the first line',
  })
}

/**
 * The stage that leaves out settled lines. An input that cannot be read twice is spooled until it proves to be the
 * same.
 */
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

/** A function that, once, continues the ledger where the skipped lines end, or restarts it if they differ. */
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

function countRetry(ingest: Ingest, retry: Retry): void {
  ingest.ledger.tally.retries += 1
  ingest.run.onRetry(retry)
}
