import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { nameStage } from '../../../core/channel/stages.ts'
import { ElysiaError } from '../../../core/errors.ts'
import type { Checkpoint } from '../../../run/checkpoint.ts'
import { type SkipSettled, skipSettled } from '../../../stream/lines/skipSettled.ts'
import { waitForMemory } from '../../../stream/waitForMemory.ts'
import { SecondPass } from '../coalesce/secondPass.ts'
import { windowOf } from '../coalesce/window.ts'
import { type Input, labelOf, type OpenedInput, openInput } from '../input.ts'
import type { IngestOptions } from '../options.ts'
import { changeStages } from '../stages.ts'
import { startOverChanged } from '../startOver.ts'
import { threadedItems } from '../thread/items.ts'
import type { Ingest } from '../types.ts'
import { unwrittenRest } from '../unwrittenInput.ts'
import type { Reading } from './reading.ts'

/** Opens an input to read all of its lines; `reached` is where an interrupted run left it. */
export function readAllLines(ingest: Ingest, index: number, reached: Checkpoint | undefined): Reading {
  const { ledger, options, inputs, run, first, store } = ingest
  const input = inputs[index]!
  const onTrailing = () => run.emit({ type: 'trailing_bytes', input: labelOf(input) })
  // A spool, for an input that cannot be read twice, takes decoded lines.
  const raw = first !== undefined || (ingest.threads !== undefined && input.rereadable)
  const head = openInput(input, { ...options, raw }, run.stop, {
    onTrailing,
    onRecognized: ingest.make,
  })
  const skip = skipping(ingest, input, reached, run.stop)
  const second = first && new SecondPass(first, index, store, options, skip)
  const window = second === undefined ? windowOf(options) : undefined
  const middle = second?.stages ?? itemStages(ingest, window?.options ?? options)
  return {
    stages: [
      ...head.stages,
      ...(skip ? [nameStage('skip what is settled', skip)] : []),
      ...waitForMemory(run.memory),
      ...middle,
    ],
    window,
    ratio: head.ratio,
    onSkipDone: second ? () => second.goOn(ledger) : skipDoneHandler(ingest, skip),
    requireWritten: (atOnce) => requireWritten(ingest, input, head, skip, atOnce),
    requireWhole: () => second?.requireWhole(ledger.line),
    counts: () => head.splitter,
    close: async () => {},
  }
}

function itemStages(ingest: Ingest, options: IngestOptions): Duplex[] {
  const { threads, shape, layout, store, run } = ingest
  if (threads === undefined) return changeStages(options, run.memory)
  const isChecked = shape === undefined && store.maxInFlight === 1
  return threadedItems({ threads, options, memory: run.memory, ...(isChecked && { schema: layout }) })
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
