import type { Readable } from 'node:stream'
import type { Outcome } from '../../core/outcome.ts'
import type { Progress, Report } from '../../core/report.ts'
import { type Given, resolveGiven } from '../../options/options.ts'
import type { Notice } from '../../run/events.ts'
import type { State } from '../../run/state.ts'
import type { CollectionSchema, Store } from '../../store/store.ts'
import type { Input } from './input.ts'
import { ingestOptions } from './options.ts'
import { reportOf } from './report.ts'
import { type IngestRun, ingestInputs } from './run.ts'
import { lastCheckpoint, setUp } from './setup.ts'
import { requireUsable } from './stages.ts'

/** The circumstances of a run: what is not part of the work, but of this run of it. */
export interface Circumstances {
  /** Ends the run at once; what is in flight is not waited for. */
  readonly signal?: AbortSignal
  /** Ends the run well: no more input is taken, what is in flight is finished and settled. */
  readonly stop?: AbortSignal
  /** Told of every rejected record, in order of line. */
  readonly onReject?: (reject: Outcome) => void
  /** Told after every settled batch. */
  readonly onProgress?: (progress: Progress) => void
  /** Told what a person should hear of: a collection made, a run continued, a wait. */
  readonly onNotice?: (notice: Notice) => void
  /** The journal and its directory. Without it the run leaves no checkpoint and cannot be continued. */
  readonly state?: State
  /** Begin at the first line even where an interrupted run could be continued. */
  readonly fresh?: boolean
  readonly runId?: string
  /** The file for rejected records; none is written where both are left out. */
  readonly rejectsPath?: string
  /**
   * Where several runs share `rejectsPath`: the length of what the earlier ones wrote, which stays. Each line then
   * names its input.
   */
  readonly rejectsFrom?: number
  /** Where `rejectsPath` is left out: the directory for such a file, named by the run. */
  readonly rejectsDirectory?: string
  /** Of a dry run: the store that takes what it would write, in place of one of its own. Not closed by it. */
  readonly scratch?: (layout: CollectionSchema) => Promise<Store>
}

/** How a run ended: its report, and what ended it where it did not come to the end of its input. */
export interface Ended {
  readonly report: Report
  readonly error?: unknown
}

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
