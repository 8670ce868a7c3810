import type { Retrying } from '../../async/retry.ts'
import { ElysiaError } from '../../core/errors.ts'
import { type CollectionSchema, isReplicated } from '../../core/schema.ts'
import type { CallOptions, Collection } from '../../store/store.ts'
import { timeToLive } from '../../transform/schema/timeToLive.ts'

/** What counting a scan needs. */
export interface CountedScan {
  readonly collection: Collection
  readonly schema: CollectionSchema
  readonly retry: Retrying
  readonly call: CallOptions
}

/** Compares the result of a complete scan with the counts before and after it. @throws ElysiaError ELYSIA_INCOMPLETE */
export type RequireAllFound = (objects: number) => Promise<void>

/**
 * Counts a class whose objects have several replicas before it is read completely. One replica of a shard answers each
 * page, and that of a node that was down may lack objects that the server counts. Other classes, and those that count
 * expired objects, are not checked.
 */
export async function countedScan({
  collection,
  schema,
  retry,
  call,
}: CountedScan): Promise<RequireAllFound> {
  if (!isReplicated(schema) || timeToLive(schema)?.hidesExpired === true) return async () => {}
  const count = () => retry(() => collection.count(call))
  const before = await count()
  return async (objects) => {
    if (objects >= before) return
    const counted = Math.min(before, await count())
    if (objects < counted) throw behind(collection.name, objects, counted)
  }
}

function behind(name: string, objects: number, counted: number): ElysiaError {
  const fact = `the server counts ${counted} objects of ${name} but returned ${objects}`
  return new ElysiaError('ELYSIA_INCOMPLETE', `${fact}: one of their copies lacks some`, {
    hint: 'a node that was down has not had the writes that it missed; wait until the server has repaired it (async replication), or name another node in --target, then run the same command again',
  })
}
