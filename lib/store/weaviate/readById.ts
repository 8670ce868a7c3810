import { setTimeout as wait } from 'node:timers/promises'
import type { StoredObject } from '../../core/object.ts'
import type { CallOptions, Projection } from '../store.ts'
import { isTooLarge } from './cluster/failure.ts'
import type { Context } from './context.ts'
import { extentOf, objectsOf } from './grpc/decode.ts'
import { idFilter } from './grpc/filters.ts'
import { InexactInt } from './grpc/protobuf.ts'
import { releaseReply } from './grpc/reply.ts'
import { replyOf, type ServerRead, serverRead, unreadableReply } from './readRequest.ts'
import { requireAtMost, requireRequestedIds } from './rest/answer.ts'
import { restMany } from './rest/read.ts'

/** How many ids one look-up contains. */
const IDS_WITH_VECTORS = 500
const IDS_WITHOUT = 1000
/** A look-up that finds an object twice is repeated after these times, then made in halves, each repeated once. */
const AGAIN_AFTER_MS = [20, 40, 80, 160, 320]
const HALF_AGAIN_AFTER_MS = [20]

/** The existing objects with those ids in one replica, up to a thousand ids per call, several calls at once. */
export async function readManyOfCopy(
  context: Context,
  ids: readonly string[],
  projection: Projection,
  call: CallOptions,
): Promise<StoredObject[]> {
  call.signal?.throwIfAborted()
  if (ids.length === 0) return []
  const reading = await serverRead(context, projection, call)
  const size = context.pageSize ?? (projection.vectors ? IDS_WITH_VECTORS : IDS_WITHOUT)
  const chunks = Array.from({ length: Math.ceil(ids.length / size) }, (_, n) => n * size)
  try {
    const pages = reading.byRest
      ? [restMany(reading, ids)]
      : chunks.map((at) => objectsById(reading, ids.slice(at, at + size)))
    const objects = (await Promise.all(pages)).flat()
    if (objects.length === ids.length) return objects
    await context.shards.requireServed(context.name, reading.tenant, call)
    return objects
  } catch (thrown) {
    throw unreadableReply(thrown, context)
  }
}

/** The objects with these ids: by one search, or several if it would be too large. */
export async function objectsById(
  reading: ServerRead,
  ids: readonly string[],
  waitsMs: readonly number[] = AGAIN_AFTER_MS,
): Promise<StoredObject[]> {
  const { context, call } = reading
  try {
    for (let again = 0; ; again++) {
      const reply = await replyOf(reading, { filters: idFilter(ids), limit: ids.length })
      requireAtMost(ids.length, extentOf(reply).count, context.target, context.name)
      const objects = [...objectsOf(reply, call.tenant)].flat()
      releaseReply(reply)
      // An object that is being replaced is found in its old and its new place, and displaces another.
      const byId = new Map(objects.map((object) => [object.id, object]))
      requireRequestedIds(ids, [...byId.values()], context.target, context.name)
      if (byId.size === objects.length) return objects
      const waitMs = waitsMs[again]
      if (waitMs === undefined) return await inHalves(reading, ids, HALF_AGAIN_AFTER_MS)
      await wait(waitMs)
      call.signal?.throwIfAborted()
    }
  } catch (thrown) {
    if (thrown instanceof InexactInt) return restMany(reading, ids)
    if (!isTooLarge(thrown) || ids.length === 1) throw thrown
    return inHalves(reading, ids, waitsMs)
  }
}

async function inHalves(
  reading: ServerRead,
  ids: readonly string[],
  waitsMs: readonly number[],
): Promise<StoredObject[]> {
  const middle = ids.length >> 1
  const first = await objectsById(reading, ids.slice(0, middle), waitsMs)
  return [...first, ...(await objectsById(reading, ids.slice(middle), waitsMs))]
}
