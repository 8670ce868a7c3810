import { nameStage } from '../../../core/channel/stages.ts'
import type { Checkpoint } from '../../../run/checkpoint.ts'
import type { FirstPass } from '../coalesce/firstPass.ts'
import { requireWholePass } from '../coalesce/secondPass.ts'
import { openSeekingPass } from '../coalesce/seek/open.ts'
import { batchSettings } from '../stages.ts'
import type { Ingest } from '../types.ts'
import { readAllLines } from './allLines.ts'
import type { Reading } from './reading.ts'

/**
 * Opens an input to be ingested; `reached` is where an interrupted run left it. If a first pass has found the lines that
 * are applied, only these are read, where that is possible.
 */
export async function openReading(
  ingest: Ingest,
  index: number,
  reached: Checkpoint | undefined,
): Promise<Reading> {
  const { first } = ingest
  const seeking = first && (await readAppliedLines({ ...ingest, first }, index, reached))
  return seeking ?? readAllLines(ingest, index, reached)
}

async function readAppliedLines(
  ingest: Ingest & { readonly first: FirstPass },
  index: number,
  reached: Checkpoint | undefined,
): Promise<Reading | undefined> {
  const { ledger, options, first } = ingest
  const opened = await openSeekingPass(ingest, index, reached)
  if (opened === undefined) return undefined
  const { pass, close } = opened
  let isFollowed = false
  return {
    stages: [nameStage('read and make operations', pass.stage), ...batchSettings(options).pace],
    ratio: () => 1,
    onSkipDone: () => {
      if (isFollowed) return
      isFollowed = true
      ledger.follow(pass.firstLine, pass.trail)
    },
    // It can be read again.
    requireWritten: () => {},
    requireWhole: () => requireWholePass(first.digests[index], ledger.line),
    counts: () => pass.read,
    close,
  }
}
