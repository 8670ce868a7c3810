import { statSync } from 'node:fs'
import { toThousandths } from '../../../core/units.ts'
import type { Checkpoint } from '../../../run/checkpoint.ts'
import type { Run } from '../../../run/run.ts'
import type { StorageShape } from '../../../store/sink/shape.ts'
import type { Store } from '../../../store/store.ts'
import { openJobThreads, threadsFor } from '../../thread/open.ts'
import type { Input } from '../input.ts'
import type { IngestOptions } from '../options.ts'
import { type FirstPass, type FirstPassOptions, firstPass } from './firstPass.ts'
import { coalesceMode } from './mode.ts'
import { repeatsPaths } from './sample.ts'

/** For smaller inputs a thread takes longer to start than it saves. */
const THREADED_BYTES = 64 * 1024 * 1024

/** The ingest in question. */
export interface PassesInput {
  readonly inputs: readonly Input[]
  readonly options: IngestOptions
  readonly run: Run
  readonly store: Store
  /** What transforms make of objects, if there are any. */
  readonly shape?: StorageShape | undefined
  /** Where an interrupted run continues. */
  readonly checkpoint: Checkpoint | undefined
}

/**
 * Makes the first pass if inputs are read twice; undefined if they are not, or if a stop came meanwhile. A run that
 * began in two passes continues in two, whatever the options say now.
 */
export async function passesOf(asked: PassesInput): Promise<FirstPass | undefined> {
  const { inputs, options, run, checkpoint } = asked
  const reason = reasonAgainst(asked)
  if (reason !== undefined) {
    const { windowBytes } = coalesceMode(options.coalesce)
    if (windowBytes === undefined) run.emit({ type: 'coalescing', passes: 'one', reason })
    else run.emit({ type: 'coalescing', passes: 'window', reason, window_bytes: windowBytes })
    return undefined
  }
  const began = performance.now()
  try {
    const found = await firstPassOf(inputs, options, run, { earlier: checkpoint?.plan })
    run.emit({ type: 'coalescing', passes: 'two', ...firstPassFacts(found, began) })
    return found
  } catch (error) {
    if (run.stop.aborted && !run.signal.aborted) return undefined
    throw error
  }
}

/** Makes a first pass, in a thread if the inputs are large. @throws the reason of a stop as well */
export async function firstPassOf(
  inputs: readonly Input[],
  options: IngestOptions,
  run: Run,
  reading: Pick<FirstPassOptions, 'earlier' | 'whole'>,
): Promise<FirstPass> {
  const signal = AbortSignal.any([run.stop, run.signal])
  const count = threadsFor(options.threads, areLarge(inputs), run.memory)
  const threads = count === 0 ? undefined : await openJobThreads(1)
  try {
    return await firstPass(inputs, options, { ...reading, signal, threads, memory: run.memory })
  } finally {
    await threads?.close()
  }
}

/** The facts about a first pass for the event and the report; `began` is its start by the clock of `performance`. */
export function firstPassFacts({ plan: { records, superseded } }: FirstPass, began: number) {
  return { records, superseded, seconds: toThousandths((performance.now() - began) / 1000) }
}

/** Why the inputs are not read twice; undefined if they are. Compared with a server, reading costs next to nothing. */
export function reasonAgainst({
  inputs,
  options,
  store,
  shape,
  checkpoint,
}: Omit<PassesInput, 'run'>): string | undefined {
  if (!inputs.every(({ rereadable }) => rereadable)) return 'the input cannot be read twice'
  // What a transform refuses or leaves out is known only after running it on each record.
  if (shape !== undefined) return 'there are transforms'
  if (checkpoint?.plan !== undefined) return undefined
  const { twoPasses } = coalesceMode(options.coalesce)
  if (twoPasses === 'never') return '--coalesce off'
  if (twoPasses === 'always' || store.transaction === undefined) return undefined
  return repeatsPaths(inputs, options) ? undefined : 'no path comes twice in a sample of the input'
}

function areLarge(inputs: readonly Input[]): boolean {
  return inputs.reduce((sum, input) => sum + sizeOf(input), 0) >= THREADED_BYTES
}

function sizeOf({ rereadable, file, name }: Input): number {
  const path = file ?? name
  return rereadable && typeof path === 'string' ? (statSync(path, { throwIfNoEntry: false })?.size ?? 0) : 0
}
