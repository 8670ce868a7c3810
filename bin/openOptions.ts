import type { Context, ReadOptions } from './cli/command.ts'
import { AUTO_WORKERS, ingestOptions, MOST_CALLS, type OpenOptions, retryEvent } from './library.ts'
import { eventView } from './view/events.ts'

/** How many calls at once the store of a server makes by default: enough for as many workers. */
const CALLS_AT_ONCE = 4

/**
 * How a run opens its target: an unreachable server is waited for, until a signal comes; a missing store is made,
 * except by a dry run, which uses an empty one instead.
 */
export function ingestOpenOptions(context: Context): OpenOptions {
  const { dryRun, retryForMs, workers } = context.options(ingestOptions)
  return {
    missing: dryRun ? 'memory' : 'make',
    ...callLimit(workers),
    ...retryOptions(context, retryForMs),
  }
}

/** An unreachable server is waited for so long, until a signal comes. */
export function retryOptions(
  { console, stop, signal }: Pick<Context, 'console' | 'stop' | 'signal'>,
  retryForMs: number,
): Omit<ReadOptions, 'maxInFlight'> {
  const events = eventView(console)
  return {
    retryForMs,
    onRetry: (retry) => events(retryEvent(retry)),
    signal: AbortSignal.any([stop, signal]),
  }
}

/** How many calls at once the store of a server may make for so many workers. */
export function callLimit(workers: number): Pick<OpenOptions, 'maxInFlight'> {
  if (workers === AUTO_WORKERS) return { maxInFlight: MOST_CALLS }
  return workers > CALLS_AT_ONCE ? { maxInFlight: workers } : {}
}
