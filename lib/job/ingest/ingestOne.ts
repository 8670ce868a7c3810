import { pipeline } from 'node:stream/promises'
import type { Retry } from '../../async/retry.ts'
import { nameStage } from '../../core/channel/stages.ts'
import type { Checkpoint } from '../../run/checkpoint.ts'
import { batchesInFlight } from '../../run/inFlight.ts'
import { type SinkOptions, sink } from '../../store/sink/sink.ts'
import { ofInput } from '../../stream/foreignInput.ts'
import { type Input, labelOf } from './input.ts'
import { openReading } from './reading/openReading.ts'
import { isStopping } from './startOver.ts'
import type { Ingest } from './types.ts'

/**
 * Takes one input through the stages; `reached` is where an interrupted run left it.
 * @throws the error that ended it
 */
export async function ingestOne(ingest: Ingest, index: number, reached?: Checkpoint): Promise<void> {
  const { ledger, options, inputs, run, store } = ingest
  const { stop, signal } = run
  const input = inputs[index]!
  // Opened before the sink: if this fails, no sink is left open.
  const reading = await openReading(ingest, index, reached)
  ledger.ratio = reading.ratio
  const { batchBytes } = reading.window?.options ?? options
  const workers = batchesInFlight(options.workers, store, batchBytes)
  const end = inputSink(ingest, input, { workers, ...reading.window?.sink }, reading.onSkipDone)
  const closed = new Promise((resolve) => end.once('close', resolve))
  let lost: Error | undefined
  end.once('error', (error) => {
    if (error.name !== 'AbortError') lost = error
  })
  try {
    const stages = [...reading.stages, nameStage('write', end)] as const
    run.context.stages?.watch(stages)
    await pipeline(stages, { signal })
  } catch (error) {
    // What the sink had in flight, for example a transaction, must end before anyone asks what is settled.
    await closed
    if (signal.aborted || (stop.aborted && error === stop.reason)) reading.requireWritten(true)
    const why = (error as Error).name === 'AbortError' ? (lost ?? error) : error
    throw inputs.length > 1 ? ofInput(why, labelOf(input)) : why
  } finally {
    await reading.close()
  }
  await closed
  ledger.workers = typeof workers === 'object' ? workers.average : workers
  if (typeof workers === 'object') run.emit({ type: 'workers_found', workers: workers.average })
  if (isStopping(ingest)) return reading.requireWritten(false)
  reading.onSkipDone()
  reading.requireWhole()
  await input.settled?.()
  // A producer that the same signal ended may appear to end before the signal itself.
  if (isStopping(ingest)) return
  const { lines, bytes } = reading.counts()
  ledger.endInput(lines, bytes)
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

function countRetry(ingest: Ingest, retry: Retry): void {
  ingest.ledger.tally.retries += 1
  ingest.run.onRetry(retry)
}
