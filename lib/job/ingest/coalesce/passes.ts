import { statSync } from 'node:fs'
import { toThousandths } from '../../../core/units.ts'
import type { Checkpoint } from '../../../run/checkpoint.ts'
import type { Run } from '../../../run/run.ts'
import type { Shape } from '../../../store/sink/shape.ts'
import type { Store } from '../../../store/store.ts'
import { openJobThreads, threadsFor } from '../../thread/open.ts'
import type { Input } from '../input.ts'
import type { IngestOptions } from '../options.ts'
import { type FirstPass, firstPass } from './firstPass.ts'
import { coalesceMode } from './mode.ts'
import { repeatsPaths } from './sample.ts'

/** Below this a thread takes longer to start than it saves. */
const THREADED_BYTES = 64 * 1024 * 1024

/** The ingest that is decided on. */
export interface Asked {
  readonly inputs: readonly Input[]
  readonly options: IngestOptions
  readonly run: Run
  readonly store: Store
  /** What transforms make of objects, where there are any. */
  readonly shape?: Shape | undefined
  /** Where an interrupted run is taken up. */
  readonly checkpoint: Checkpoint | undefined
}

/**
 * Reads the inputs a first time where they are read twice; undefined where they are not, or a stop came meanwhile. A run
 * that was begun in two passes goes on in two, whatever is asked for now.
 */
export async function passesOf(asked: Asked): Promise<FirstPass | undefined> {
  const { inputs, options, run, checkpoint } = asked
  const reason = reasonAgainst(asked)
  if (reason !== undefined) {
    const { windowBytes } = coalesceMode(options.coalesce)
    if (windowBytes === undefined) run.emit({ type: 'coalescing', passes: 'one', reason })
    else run.emit({ type: 'coalescing', passes: 'window', reason, window_bytes: windowBytes })
    return undefined
  }
  const began = performance.now()
  const signal = AbortSignal.any([run.stop, run.signal])
  const count = threadsFor(options.threads, areLarge(inputs), run.memory)
  const threads = count === 0 ? undefined : await openJobThreads(1)
  try {
    const found = await firstPass(inputs, options, signal, checkpoint?.plan, threads, run.memory)
    const { records, superseded } = found.plan
    const seconds = toThousandths((performance.now() - began) / 1000)
    run.emit({ type: 'coalescing', passes: 'two', records, superseded, seconds })
    return found
  } catch (error) {
    if (run.stop.aborted && !run.signal.aborted) return undefined
    throw error
  } finally {
    await threads?.close()
  }
}

/** Why the inputs are not read twice; undefined where they are. What is read besides a server costs next to nothing. */
function reasonAgainst({ inputs, options, store, shape, checkpoint }: Asked): string | undefined {
  if (!inputs.every(({ rereadable }) => rereadable)) return 'the input cannot be read twice'
  // What a transform refuses or leaves out is known only once it was asked, of each record.
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
