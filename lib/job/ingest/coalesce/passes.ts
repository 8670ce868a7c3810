import { toThousandths } from '../../../core/units.ts'
import type { Checkpoint } from '../../../run/checkpoint.ts'
import type { Run } from '../../../run/run.ts'
import type { Input } from '../input.ts'
import type { IngestOptions } from '../options.ts'
import { type FirstPass, firstPass } from './firstPass.ts'
import { coalesceMode } from './mode.ts'

/** The ingest that is decided on. */
export interface Asked {
  readonly inputs: readonly Input[]
  readonly options: IngestOptions
  readonly run: Run
  /** Where an interrupted run is taken up. */
  readonly checkpoint: Checkpoint | undefined
}

/**
 * Reads the inputs a first time where they are read twice; undefined where they are not, or a stop came meanwhile. A run
 * that was begun in two passes goes on in two, whatever is asked for now.
 */
export async function passesOf({ inputs, options, run, checkpoint }: Asked): Promise<FirstPass | undefined> {
  const { twoPasses } = coalesceMode(options.coalesce)
  const isPlanned = checkpoint?.plan !== undefined
  if (!inputs.every(({ rereadable }) => rereadable)) return undefined
  if (twoPasses === 'never' && !isPlanned) return undefined
  const began = performance.now()
  const signal = AbortSignal.any([run.stop, run.signal])
  try {
    const found = await firstPass(inputs, options, signal, checkpoint?.plan)
    const { records, superseded } = found.plan
    const seconds = toThousandths((performance.now() - began) / 1000)
    run.emit({ type: 'coalescing', passes: 'two', records, superseded, seconds })
    return found
  } catch (error) {
    if (run.stop.aborted && !run.signal.aborted) return undefined
    throw error
  }
}
