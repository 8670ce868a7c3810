import type { Context } from '../../cli/command.ts'
import { type Emit, liveOptions, progressJob, type RunProgress, type WriteContext } from '../../library.ts'
import { observeProgress } from '../../observers/current.ts'
import { eventView } from '../events.ts'
import { startProfiling } from './profiling.ts'

/** Watches a command's runs, and keeps them within bounds. */
export interface RunObservation {
  readonly progress: RunProgress
  /** The part for the context of each run. */
  readonly looks: Pick<WriteContext, 'onInFlight' | 'memory' | 'stages'> & { readonly onEvent: Emit }
  stop(): void
}

const LOOK_EVERY_MS = 1000

/** Starts to watch: the progress of runs, whether they stall, and, with `--max-memory`, the memory. */
export async function startLive(context: Context): Promise<RunObservation> {
  const { maxMemory, stallAfterMs } = context.options(liveOptions)
  const { limitProcess, MemoryLimit, processProgress, StallWatch } = await progressJob()
  const { progress, traffic, waitFor, close } = processProgress()
  const stalls = new StallWatch(stallAfterMs)
  const profiling = await startProfiling(context)
  let inFlight = 0
  let requests = 0
  const take: Emit = (event) => {
    const now = performance.now()
    if (event.type === 'stalled') waitFor(event.waits_for)
    if (event.type === 'resumed') waitFor(undefined)
    progress.take(event, now)
    profiling.take(event)
    const resumed = stalls.take(event, now)
    if (resumed !== undefined) onEvent(resumed)
  }
  const onEvent = eventView(context.console, take)
  const memory =
    maxMemory === undefined
      ? undefined
      : new MemoryLimit({
          bytes: maxMemory,
          onTight: (rss) => onEvent({ type: 'memory_tight', rss_bytes: rss, max_bytes: maxMemory }),
        })
  const unlimit = memory === undefined ? () => {} : limitProcess(memory)
  const look = () => {
    const now = performance.now()
    const answered = traffic.answered !== requests && stalls.acknowledged(now)
    requests = traffic.answered
    if (answered) onEvent(answered)
    const stalled = stalls.look(now, { ...traffic.oldest, inFlight })
    if (stalled !== undefined) onEvent(stalled)
    const state = progress.state(now)
    if (state === undefined) return
    observeProgress(state)
    profiling.note(state)
  }
  const looking = setInterval(look, LOOK_EVERY_MS).unref()
  return {
    progress,
    looks: {
      onEvent,
      onInFlight: (batches) => {
        inFlight = batches
        context.onInFlight(batches)
      },
      ...(memory && { memory }),
      ...profiling.looks,
    },
    stop() {
      clearInterval(looking)
      close()
      unlimit()
      if (memory?.wasTight) onEvent(heldEvent(memory))
      profiling.stop()
    },
  }
}

function heldEvent({ bytes, heldMs }: { readonly bytes: number; readonly heldMs: number }) {
  const peak = process.resourceUsage().maxRSS * 1024
  return { type: 'memory_held', seconds: heldMs / 1000, peak_rss_bytes: peak, max_bytes: bytes } as const
}
