import type { Context } from './cli/command.ts'
import { ingestOptions, type OpenOptions, retryEvent } from './library.ts'
import { eventView } from './view/events.ts'

/** As many calls at once as the store of a server makes by itself: enough for so many workers. */
const CALLS_AT_ONCE = 4

/**
 * How a run opens its target: a server that is away is waited for, until a signal comes; a store that is not
 * there is made, but for a dry run, which takes an empty one in its place.
 */
export function forRun(context: Context): OpenOptions {
  const { dryRun, retryForMs, workers } = context.options(ingestOptions)
  const { console, stop, signal } = context
  const events = eventView(console)
  return {
    missing: dryRun ? 'memory' : 'make',
    retryForMs,
    ...(workers > CALLS_AT_ONCE && { maxInFlight: workers }),
    onRetry: (retry) => events(retryEvent(retry)),
    signal: AbortSignal.any([stop, signal]),
  }
}
