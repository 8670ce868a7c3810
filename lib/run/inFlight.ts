import { AdaptiveLimit } from '../async/adaptiveLimit.ts'
import type { Store } from '../store/store.ts'
import { AUTO_WORKERS } from './sharedOptions.ts'

/** Calls at once that a server is ever given by itself. */
export const MOST_CALLS = 32
/** How much of a batch lies in memory while it is in flight, or waits: its objects, their message, the answer. */
const COPIES = 8
/** The part of the free memory that batches may take. */
const SHARE = 0.25
/** Of a store that takes one call at a time: one is made ready meanwhile. */
const EMBEDDED = 2

/** How many batches may be in flight: a number, or what finds it, with `auto`. Never more than memory allows, or the store makes. */
export function batchesInFlight(
  workers: number,
  { maxInFlight, transaction }: Pick<Store, 'maxInFlight' | 'transaction'>,
  batchBytes: number,
): number | AdaptiveLimit {
  if (workers !== AUTO_WORKERS) return workers
  if (maxInFlight === 1 || transaction !== undefined) return EMBEDDED
  const fitting = Math.floor((SHARE * process.availableMemory()) / (COPIES * batchBytes))
  return new AdaptiveLimit({ most: Math.min(Math.max(2, fitting), maxInFlight, MOST_CALLS) })
}
