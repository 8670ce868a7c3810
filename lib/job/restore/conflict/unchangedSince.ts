import { ElysiaError } from '../../../core/errors.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { RetryingCollection } from '../../../store/sink/retryingCollection.ts'
import type { Projection } from '../../../store/store.ts'
import type { Precedence } from './precedence.ts'

const TIMES: Projection = { properties: [], vectors: false, times: true }

/**
 * Those of the items whose object is as it was when it was read: since then something was saved, and somebody else may
 * have written. `before` has the objects that were there.
 */
export async function unchangedSince<T extends { readonly id: string; readonly tenant?: string }>(
  items: readonly T[],
  before: ReadonlyMap<string, StoredObject>,
  calls: Pick<RetryingCollection, 'find'>,
  precedence: Precedence,
): Promise<readonly T[]> {
  if (items.length === 0) return items
  const ids = items.map(({ id }) => id)
  const now = await calls.find(ids, TIMES, items[0]!.tenant)
  const unchanged = items.filter(({ id }) => now.get(id)?.updatedMs === before.get(id)?.updatedMs)
  if (unchanged.length < items.length) precedence.postpone?.()
  return unchanged
}

/** Makes a call once. Undefined if it failed in a way that may pass: another pass looks again first. */
export async function tryOnce<T>(precedence: Precedence, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call()
  } catch (error) {
    if (!(error instanceof ElysiaError && error.retryable)) throw error
    precedence.postpone?.(error)
    return undefined
  }
}
