import { ElysiaError } from '../../../core/errors.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { CallOptions, Projection } from '../../store.ts'
import type { NodeOrder } from '../cluster/cluster.ts'
import { DeletionConflict, replyFailure } from '../cluster/failure.ts'
import type { Context } from '../context.ts'
import type { Layout } from '../schema/layout.ts'
import { listIn, objectIn, requireAtMost, requireRequestedIds } from './answer.ts'
import { objectOf } from './object.ts'
import type { RestReply, RestRequest } from './request.ts'

/** A read by REST, for what gRPC cannot express: beacons whose object is gone, ints beyond 2^53. */
export interface RestReading {
  readonly context: Context
  readonly layout: Layout
  readonly tenant: string
  readonly projection: Projection
  readonly call: CallOptions
}

/** The memory of a JSON text after parsing, as a multiple of the text, besides the text itself. */
const PARSED = 3

/** The longest text of several objects that is accepted. */
const MAX_PAGE_BYTES = 64 * 1024 * 1024

/** Received objects, and the approximate memory they take. */
export interface RestPage {
  readonly objects: StoredObject[]
  readonly bytes: number
}

/** The next objects after an id, in byte order of their ids. */
export async function restPage(
  { context, layout, tenant, projection, call }: RestReading,
  after: string,
  limit: number,
): Promise<RestPage> {
  const query = new URLSearchParams({ class: context.name, limit: String(limit) })
  if (after !== '') query.set('after', after)
  if (projection.vectors) query.set('include', 'vector')
  if (tenant !== '') query.set('tenant', tenant)
  const request: RestRequest = { method: 'GET', path: `/objects?${query}` }
  // A page that is too long is requested again in halves, down to a single object.
  const reply = await context.cluster.rest(
    limit === 1 ? request : { ...request, maxBytes: MAX_PAGE_BYTES },
    call,
  )
  if (reply.status !== 200) throw readFailure(reply, context)
  const list = listIn(reply, context.target, 'objects')
  requireAtMost(limit, list.length, context.target, context.name)
  return {
    objects: list.map((object) => objectOf(object, layout, projection, call.tenant)),
    bytes: PARSED * reply.text.length,
  }
}

/**
 * The minor releases of version 1 whose lists omit named vectors on other nodes, and the first patch without that
 * fault.
 */
const LISTS_NAMED_VECTORS: ReadonlyMap<number, number> = new Map([
  [36, 22],
  [37, 13],
  [38, 4],
])

/**
 * False for a server whose lists omit the named vectors of objects on other nodes.
 * @see https://github.com/weaviate/weaviate/commit/37aa7691a1
 */
export function listsNamedVectors(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => Number.parseInt(part, 10))
  return major > 1 || minor > 38 || patch >= (LISTS_NAMED_VECTORS.get(minor) ?? Number.POSITIVE_INFINITY)
}

/** The existing objects with those ids, from a quorum of the replicas; there is no call for several. */
export async function restMany(reading: RestReading, ids: readonly string[]): Promise<StoredObject[]> {
  return (await Promise.all(ids.map((id) => ofQuorum(reading, id)))).flat()
}

async function ofQuorum(reading: RestReading, id: string): Promise<StoredObject[]> {
  try {
    return await restOne(reading, id, reading.layout.replicated ? 'QUORUM' : undefined)
  } catch (error) {
    if (!(error instanceof DeletionConflict)) throw error
    return ofMostCopies(reading, id)
  }
}

/**
 * Replicas disagree whether an object was deleted, and the server does not decide: it exists if at least half of the
 * nodes in the target have it, each asked for its own replica. The newest version counts.
 */
async function ofMostCopies(reading: RestReading, id: string): Promise<StoredObject[]> {
  const { servers } = reading.context.cluster
  const timed = { ...reading, projection: { ...reading.projection, times: true } }
  const copies = await Promise.all(servers.map(({ http }) => restOne(timed, id, 'ONE', { first: http })))
  const newestFirst = copies.flat().sort((a, b) => (b.updatedMs ?? 0) - (a.updatedMs ?? 0))
  const [newest] = newestFirst
  if (newest === undefined || 2 * newestFirst.length < servers.length) return []
  if (reading.projection.times === true) return [newest]
  const { createdMs: _, updatedMs: __, ...object } = newest
  return [object]
}

async function restOne(
  { context, layout, tenant, projection, call }: RestReading,
  id: string,
  consistency: 'QUORUM' | 'ONE' | undefined,
  nodes: NodeOrder = {},
): Promise<StoredObject[]> {
  const query = new URLSearchParams()
  if (projection.vectors) query.set('include', 'vector')
  if (tenant !== '') query.set('tenant', tenant)
  if (consistency !== undefined) query.set('consistency_level', consistency)
  const path = `/objects/${encodeURIComponent(context.name)}/${encodeURIComponent(id)}?${query}`
  const reply = await context.cluster.rest({ method: 'GET', path }, call, nodes)
  if (reply.status === 404 && reply.text === '') return []
  if (reply.status !== 200) throw readFailure(reply, context)
  const object = objectOf(objectIn(reply, context.target), layout, projection, call.tenant)
  requireRequestedIds([id], [object], context.target, context.name)
  return [object]
}

function readFailure(reply: RestReply, { name, target }: Context): ElysiaError {
  if (reply.status === 404) return new ElysiaError('ELYSIA_NOT_FOUND', `${target} has no collection ${name}`)
  return replyFailure(reply, target, `reading ${name}`)
}
