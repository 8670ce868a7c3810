import type { Checkpoint } from '../../../../run/checkpoint.ts'
import { batchSettings } from '../../stages.ts'
import type { Ingest } from '../../types.ts'
import { lineItems } from '../coalescing.ts'
import type { FirstPass } from '../firstPass.ts'
import type { Decisions } from '../plan.ts'
import { openUnchanged } from './fileStamp.ts'
import { RecordLines } from './recordLines.ts'
import { digestOf, SeekingPass } from './seekingPass.ts'

/** A second pass that reads only the lines that are applied, and what closes its file. */
export interface OpenedSeekingPass {
  readonly pass: SeekingPass
  close(): Promise<void>
}

/**
 * Opens an input to read only the lines that are applied, after those that a checkpoint covers. Undefined if that is
 * not possible, and all lines are to be read again: the input is no regular file, or is compressed; the file is not the
 * one that was planned, or was changed since; or it does not begin with what the checkpoint covers.
 */
export async function openSeekingPass(
  ingest: Ingest & { readonly first: FirstPass },
  index: number,
  reached: Checkpoint | undefined,
): Promise<OpenedSeekingPass | undefined> {
  const { first, options, run, store, make } = ingest
  const [stamp, map] = [first.stamps[index], first.digests[index]]
  if (stamp === undefined || map === undefined) return undefined
  const decisions = first.plan.decisions(index)
  const records = recordsUpTo(reached?.mark.line ?? 0, decisions)
  const file = records === undefined ? undefined : await openUnchanged(ingest.inputs[index]!, stamp)
  if (records === undefined || file === undefined) return undefined
  const lines = new RecordLines(file, decisions, options.maxLineBytes)
  const input = { file, stamp, lines, decisions, map }
  try {
    const digest = await digestOf(records, input)
    if (records > 0 && digest.hex() !== reached?.mark.digest) {
      await lines.close()
      return undefined
    }
    const { count, bytes } = batchSettings(options)
    const pass = new SeekingPass(input, digest, {
      itemOf: lineItems(options),
      limits: { count, bytes, oneGroup: store.transaction === undefined },
      stop: run.stop,
      make,
      memory: run.memory,
    })
    return { pass, close: () => lines.close() }
  } catch (error) {
    await lines.close()
    throw error
  }
}

/** How many planned records lie up to a line, which is that of the last one; undefined if there is none in that line. */
function recordsUpTo(line: number, decisions: Decisions): number | undefined {
  let [from, to] = [0, decisions.count]
  while (from < to) {
    const middle = (from + to) >>> 1
    if (decisions.record(middle).line <= line) from = middle + 1
    else to = middle
  }
  return line === 0 || (from > 0 && decisions.record(from - 1).line === line) ? from : undefined
}
