import type { Writable } from 'node:stream'
import type { Retrying } from '../../async/retry.ts'
import type { Emit } from '../../run/context.ts'
import { readersOf } from '../../run/sharedOptions.ts'
import type { Store } from '../../store/store.ts'
import { runDiff } from '../diff/diff.ts'
import { storeSide } from '../diff/side/store.ts'
import type { CopyOptions } from './options.ts'
import { type CopyComparison, comparisonOf } from './report.ts'

/** A collection of an open store. */
export interface CollectionRef {
  readonly store: Store
  readonly name: string
}

/** What a comparison needs besides the two sides. */
export interface CompareContext {
  readonly options: CopyOptions
  readonly retry: Retrying
  readonly signal: AbortSignal
  readonly stop: AbortSignal
  readonly emit: Emit
  /** Receives the differences. */
  readonly output?: Writable
}

/**
 * Compares source and target object by object, as `diff` does: reads a difference again before it counts.
 * @throws ElysiaError the error that kept a side from being read
 */
export async function compareSides(
  source: CollectionRef,
  target: CollectionRef,
  { options, retry, signal, stop, emit, output }: CompareContext,
): Promise<CopyComparison> {
  const { filter, properties, tenant, workers, retryForMs, recheckAfterMs } = options
  const [left, right] = [
    await storeSide(source.store, source.name, retry),
    await storeSide(target.store, target.name, retry),
  ]
  const diffInput = {
    schema: false,
    workers: readersOf(workers),
    retryForMs,
    recheckAfterMs,
    ...(filter !== undefined && { filter }),
    ...(properties !== undefined && { properties }),
    ...(tenant !== undefined && { tenant }),
  }
  const { report, error } = await runDiff(left, right, diffInput, {
    signal: AbortSignal.any([signal, stop]),
    ...(output && { output }),
    onEvent: (event) => {
      if (event.type !== 'run_started' && event.type !== 'run_ended') emit(event)
    },
  })
  if (error !== undefined) throw error
  return comparisonOf(report)
}

/** The number of objects that are not as the copy should have left them. */
export function countDifferences(
  { only_source, only_target, different, changing }: CopyComparison,
  { sync, onConflict }: Pick<CopyOptions, 'sync' | 'onConflict'>,
): number {
  if (!sync && onConflict === 'skip') return only_source
  if (!sync && onConflict === 'overwrite') return only_source + different + changing
  return only_source + only_target + different + changing
}
