import { ElysiaError } from '../../core/errors.ts'
import { sumCounts } from '../../core/report.ts'
import type { Checkpoint } from '../../run/checkpoint.ts'
import { ofInput } from '../../stream/foreignInput.ts'
import type { FirstPass } from './coalesce/firstPass.ts'
import { passesOf } from './coalesce/passes.ts'
import { windowOf } from './coalesce/window.ts'
import { ingestOne } from './ingestOne.ts'
import { isUnchangedAtEnd, labelOf, requireRecords } from './input.ts'
import { isStopping, startOver, startOverChanged } from './startOver.ts'
import { changeThread } from './thread/items.ts'
import type { Ingest } from './types.ts'

/**
 * Takes the inputs through the stages, one after another: from the checkpoint if they are still the same, otherwise
 * from the first line.
 */
export async function ingestInputs(ingest: Ingest): Promise<void> {
  const { checkpoint, ledger } = ingest
  if (checkpoint === undefined) startOver(ingest)
  else {
    ledger.restoreCheckpoint(checkpoint)
    ingest.startRun(true)
  }
  await requireAllRecords(ingest)
  const first = ingest.first ?? (await passesOf(ingest))
  const threads = first === undefined ? await changeThread(ingest.options, ingest.run.memory) : undefined
  try {
    if (!isStopping(ingest)) await takeInputs({ ...withPlan(ingest, first), threads })
  } finally {
    await threads?.close()
    first?.plan.close()
  }
  if (!isStopping(ingest)) await ingest.make()
}

/**
 * The same ingest with a plan. Records that an interrupted run left out were replaced by later ones only while those
 * exist.
 */
function withPlan(ingest: Ingest, first: FirstPass | undefined): Ingest {
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
  if (isStopping(ingest)) return
  startOverChanged(ingest)
  return ingestFrom(ingest, 0)
}

/** Checks each of several files before the first one is taken. A single one is checked as it is read. */
async function requireAllRecords(ingest: Ingest): Promise<void> {
  const { inputs, options, run } = ingest
  if (inputs.length === 1) return
  for (const input of inputs) {
    if (isStopping(ingest)) return
    if (input.rereadable) {
      await requireRecords(input, options, run.signal).catch((error: unknown) => {
        throw ofInput(error, labelOf(input))
      })
    }
  }
}

async function ingestFrom(ingest: Ingest, first: number): Promise<void> {
  for (let index = first; index < ingest.inputs.length && !isStopping(ingest); index++)
    await ingestOne(ingest, index)
}

/** Continues in the checkpoint's input; false if the inputs have changed. */
async function resumed(ingest: Ingest, checkpoint: Checkpoint): Promise<boolean> {
  const { ends, input, tally } = checkpoint
  for (const [index, end] of ends.entries()) {
    if (!(await isUnchangedAtEnd(ingest.inputs[index]!, end, ingest.options))) return false
  }
  const { lines: line, records } = tally
  const rejected = sumCounts(tally.rejected)
  ingest.run.emit({ type: 'run_continued', run: ingest.id, line, records, rejected })
  if (input >= ingest.inputs.length) return true
  try {
    await ingestOne(ingest, input, checkpoint)
    return true
  } catch (error) {
    if (error instanceof ElysiaError && error.code === 'ELYSIA_INPUT_CHANGED') return false
    throw error
  }
}
