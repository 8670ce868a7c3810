import type { Retrying } from '../../../async/retry.ts'
import { ElysiaError } from '../../../core/errors.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { Collection, Projection } from '../../../store/store.ts'

const VECTORS: Projection = { properties: [], vectors: true }

/** Reads the vectors on the first page of a tenant; empty if the tenant does not exist yet, or is asleep. */
export function someObjects(
  collection: Collection,
  retry: Retrying,
  signal: AbortSignal,
): (tenant: string | undefined) => Promise<readonly StoredObject[]> {
  return (tenant) =>
    retry(async () => {
      const call = { signal, ...(tenant !== undefined && { tenant }) }
      try {
        for await (const page of collection.read(VECTORS, {}, call)) return page
      } catch (error) {
        if (tenant === undefined || !isAway(error)) throw error
      }
      return []
    })
}

function isAway(error: unknown): boolean {
  return (
    error instanceof ElysiaError &&
    ['ELYSIA_NOT_FOUND', 'ELYSIA_STORE'].includes(error.code) &&
    !error.retryable
  )
}
