import type { Readable } from 'node:stream'
import type { Report } from '../../core/report.ts'
import { type Given, resolveGiven } from '../../options/options.ts'
import type { Store } from '../../store/store.ts'
import type { Input } from './input.ts'
import { ingestOptions } from './options.ts'
import { reportOf } from './report.ts'
import { type IngestRun, ingestInputs } from './run.ts'
import { lastCheckpoint, setUp } from './setup.ts'
import { requireUsable } from './stages.ts'
import type { Circumstances, Ended } from './types.ts'

/**
 * Change records from one stream of JSON lines, plain or compressed → a collection. The stages in a row:
 * decompress, splitLines, parseJson, validate, operations, batch, sink.
 * Memory: `workers` batches in flight, each within batchSize and batchBytes. Data faults are rejects.
 * @throws ElysiaError what ended the run; nothing is settled that was not acknowledged.
 */
export async function ingest(
  readable: Readable,
  store: Store,
  options: Given<typeof ingestOptions>,
  circumstances: Circumstances = {},
): Promise<Report> {
  const input: Input = { name: 'stream', rereadable: false, open: () => readable }
  const { report, error } = await ingestFiles([input], store, options, circumstances)
  if (error !== undefined) throw error
  return report
}

/**
 * The same for several inputs, one after the other, as one run with one checkpoint and one report.
 * Resolves with the report also where the run failed or was interrupted.
 * @throws ElysiaError only for what kept it from beginning: options, a collection that does not fit, a lock.
 */
export async function ingestFiles(
  inputs: readonly Input[],
  store: Store,
  given: Given<typeof ingestOptions>,
  circumstances: Circumstances = {},
): Promise<Ended> {
  const startedMs = performance.now()
  const options = resolveGiven(ingestOptions, given)
  requireUsable(options)
  const setup = await setUp(inputs, store, options, circumstances)
  const { run } = setup
  try {
    let error: unknown
    try {
      await ingestInputs(run)
      run.ledger.close()
    } catch (thrown) {
      error = thrown
      run.ledger.revertTo(lastCheckpoint(run))
    }
    const misplaced = placeRejects(run, error === undefined)
    error ??= misplaced
    return reportOf(run, store, error, (performance.now() - startedMs) / 1000)
  } finally {
    await setup.close()
  }
}

/** What kept the rejects from their place, if anything did. */
function placeRejects({ rejects, circumstances: { stop, signal } }: IngestRun, isWhole: boolean): unknown {
  try {
    rejects?.place(isWhole && stop?.aborted !== true && signal?.aborted !== true)
    return undefined
  } catch (thrown) {
    return thrown
  }
}
