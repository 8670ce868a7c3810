import type { StoredObject } from '../../core/object.ts'
import { recordHash } from '../../core/properties/lazyProperties.ts'

/**
 * The `record_hash`es of a page, concatenated if all have the same length; empty if no object has one, undefined if they
 * differ.
 */
export function recordHashesOf(page: readonly StoredObject[]): string | undefined {
  const hashes = page.map(recordHash)
  if (hashes.every((hash) => hash === undefined)) return ''
  const [first] = hashes
  const isEven = hashes.every(
    (hash) => typeof hash === 'string' && hash !== '' && hash.length === (first as string).length,
  )
  return isEven ? hashes.join('') : undefined
}

/** One of them, as `lazyObject` takes it. */
export function recordHashAt(
  hashes: string | undefined,
  at: number,
  objects: number,
): string | null | undefined {
  if (hashes === undefined) return undefined
  const length = hashes.length / objects
  return length === 0 ? null : hashes.slice(at * length, (at + 1) * length)
}
