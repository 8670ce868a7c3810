import type { StoredObject } from '../../core/object.ts'
import type { CallOptions, Projection, WriteOutcome } from '../store.ts'
import { replyFailure } from './cluster/failure.ts'
import type { Context } from './context.ts'
import { readManyOfCopy } from './readById.ts'
import { upsertObjects } from './write.ts'

const IDS_ONLY: Projection = { properties: [], vectors: false }

/**
 * Upserts objects, as `upsertObjects`. Those of an earlier attempt whose answer was lost are looked up afterwards: what
 * the server does not find is removed and written once more, so that it is found. Not in a class with several replicas,
 * which repair each other.
 * @see LostWrites
 */
export async function writeFound(
  context: Context,
  objects: readonly StoredObject[],
  call: CallOptions,
): Promise<WriteOutcome[]> {
  const { lostWrites, name } = context
  const onAnswerLost = () => lostWrites.add(name, call.tenant, idsOf(objects))
  const outcomes = await upsertObjects(context, objects, { ...call, onAnswerLost })
  if (lostWrites.isEmpty) return outcomes
  const written = objects
    .map((object, index) => ({ object, index }))
    .filter(({ index }) => outcomes[index]?.ok)
  const doubtful = written.filter(({ object }) => lostWrites.has(name, call.tenant, object.id))
  if (doubtful.length === 0) return outcomes
  const hidden = await notFound(context, doubtful, call)
  if (hidden.length > 0) {
    await Promise.all(hidden.map(({ object }) => removeOne(context, object, call)))
    const again = await upsertObjects(
      context,
      hidden.map(({ object }) => object),
      call,
    )
    hidden.forEach(({ index }, at) => {
      outcomes[index] = again[at]!
    })
  }
  lostWrites.settle(name, call.tenant, idsOf(doubtful.map(({ object }) => object)))
  return outcomes
}

function idsOf(objects: readonly StoredObject[]): string[] {
  return objects.map(({ id }) => id)
}

async function notFound<T extends { readonly object: StoredObject }>(
  context: Context,
  written: readonly T[],
  call: CallOptions,
): Promise<T[]> {
  const layout = await context.classes.layout(context.name, call)
  if (layout.replicated) return []
  const ids = idsOf(written.map(({ object }) => object))
  const stored = await readManyOfCopy(context, ids, IDS_ONLY, call)
  const storedIds = new Set(idsOf(stored))
  return written.filter(({ object }) => !storedIds.has(object.id.toLowerCase()))
}

/** By REST, which finds an object without the index of ids. */
async function removeOne(context: Context, { id }: StoredObject, call: CallOptions): Promise<void> {
  const { cluster, classes, name, target } = context
  const tenant = await classes.tenantOf(await classes.layout(name, call), call)
  const query = tenant === '' ? '' : `?tenant=${encodeURIComponent(tenant)}`
  const path = `/objects/${encodeURIComponent(name)}/${encodeURIComponent(id)}${query}`
  const reply = await cluster.rest({ method: 'DELETE', path }, call)
  if (reply.status !== 204 && reply.status !== 404)
    throw replyFailure(reply, target, `removing an object of ${name}`)
}
