import type { Context } from './command.ts'
import { ingestOptions, type Opening, waitText } from './library.ts'

/**
 * How a run opens its target: a server that is away is waited for, until a signal comes; a store that is not
 * there is made, but for a dry run, which takes an empty one in its place.
 */
export function forRun(context: Context): Opening {
  const { dryRun, retryForMs } = context.options(ingestOptions)
  const { console, stop, signal } = context
  return {
    missing: dryRun ? 'memory' : 'make',
    retryForMs,
    onRetry: (retry) => console.note(waitText(retry)),
    signal: AbortSignal.any([stop, signal]),
  }
}
