import { AdaptiveLimit } from '../async/adaptiveLimit.ts'
import { roomBytes, scaledToMemory } from '../core/memory/limits.ts'
import type { Store } from '../store/store.ts'
import { AUTO_WORKERS } from './sharedOptions.ts'

/** The most simultaneous calls to a server that are chosen automatically. */
export const MOST_CALLS = 32
/** The memory of a batch in flight or waiting, as a multiple of its size: its objects, their message, the answer. */
const COPIES = 8
/** The share of free memory that batches may take. */
const SHARE = 0.25
/** What suits most servers; a distant one takes a round trip for each step upward. */
const FIRST = 4
/** For a store that takes one call at a time: one more batch is prepared meanwhile. */
const EMBEDDED = 2

/**
 * How many batches may be in flight: a number, or, with `auto`, a limit that adapts. Never more than memory or the
 * store allows.
 */
export function batchesInFlight(
  workers: number,
  { maxInFlight, transaction }: Pick<Store, 'maxInFlight' | 'transaction'>,
  batchBytes: number,
): number | AdaptiveLimit {
  if (workers !== AUTO_WORKERS) return workers
  if (maxInFlight === 1 || transaction !== undefined) return EMBEDDED
  const fitting = Math.floor((SHARE * roomBytes()) / (COPIES * scaledToMemory(batchBytes)))
  return new AdaptiveLimit({ most: Math.min(Math.max(2, fitting), maxInFlight, MOST_CALLS), first: FIRST })
}
