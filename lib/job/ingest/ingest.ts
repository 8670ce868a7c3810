import type { Readable } from 'node:stream'
import { type Report, sumCounts } from '../../core/report.ts'
import { resolveInput } from '../../options/options.ts'
import type { Checkpoint } from '../../run/checkpoint.ts'
import { type JobResult, runJob } from '../../run/run.ts'
import type { Store } from '../../store/store.ts'
import type { Input } from './input.ts'
import { type IngestOptionsInput, ingestOptions } from './options.ts'
import { reportOf } from './report.ts'
import { ingestInputs } from './run.ts'
import { setUpIngest } from './setup.ts'
import { requireUsable } from './stages.ts'
import type { Ingest, IngestContext, SharedIngest } from './types.ts'

/**
 * Change records from one stream of JSON lines, plain or compressed → a collection. The stages in order: decompress,
 * splitLines, parseJson, validate, operations, batch, sink. Memory: `workers` batches in flight, each within batchSize
 * and batchBytes. Data faults are rejects.
 * @throws ElysiaError the error that ended the run; settles only what was acknowledged.
 */
export async function ingest(
  readable: Readable,
  store: Store,
  options: IngestOptionsInput,
  context: IngestContext = {},
): Promise<Report> {
  const input: Input = { name: 'stream', rereadable: false, open: () => readable }
  const { report, error } = await ingestFiles([input], store, options, context)
  if (error !== undefined) throw error
  return report
}

/**
 * Ingests several inputs, one after another, as one run with one checkpoint and one report. Also resolves with the
 * report if the run failed or was interrupted.
 * @throws ElysiaError only if it could not begin: options, a collection that does not fit, a lock.
 */
export async function ingestFiles(
  inputs: readonly Input[],
  store: Store,
  optionsInput: IngestOptionsInput,
  context: IngestContext = {},
  shared: SharedIngest = {},
): Promise<JobResult<Report>> {
  const options = resolveInput(ingestOptions, optionsInput)
  requireUsable(options)
  const { ingest, close } = await setUpIngest(inputs, store, options, context, shared)
  const { run, ledger } = ingest
  try {
    return await runJob(run, () => work(ingest), {
      isComplete: () => !run.stop.aborted && !run.signal.aborted,
      report: (ending) => reportOf(ingest, store, ending),
      counts: () => ({ ...ledger.tally }),
      facts: ({ rejected, rate }) => ({
        rate_per_second: rate,
        bytes_in: ledger.tally.bytes,
        ...(sumCounts(rejected) > 0 && ingest.rejects && { rejects_file: ingest.rejects.path }),
      }),
    })
  } finally {
    await close()
  }
}

/** Takes the inputs in. */
async function work(ingest: Ingest): Promise<void> {
  const { ledger, rejects, run } = ingest
  try {
    await ingestInputs(ingest)
    ledger.close()
  } catch (error) {
    revertToCommitted(ingest)
    try {
      rejects?.place(false)
    } catch {
      // The error that ended the run is reported; its rejects stay in the `.part` file.
    }
    throw error
  }
  rejects?.place(!run.stop.aborted && !run.signal.aborted)
}

/**
 * Sets the ledger back after a failure: the last committed checkpoint is right, not the memory. Without a journal, or
 * with one that cannot be read, memory is all there is.
 */
function revertToCommitted({ ledger, run, id }: Ingest): void {
  const { state } = run.context
  if (state === undefined) return
  let last: Checkpoint | undefined
  try {
    last = state.journal.checkpoint(id)
  } catch {
    return
  }
  ledger.revertTo(last)
}
