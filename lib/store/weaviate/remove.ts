import { slices } from '../../core/value/slices.ts'
import type { CallOptions, RemoveOutcome } from '../store.ts'
import { refusedOutcome, wholeFailure } from './cluster/failure.ts'
import { isRefused } from './cluster/serverText.ts'
import type { Context } from './context.ts'
import { wrongAnswer } from './rest/answer.ts'

/** Well below the 10 000 that one call deletes at most. */
const IDS_A_CALL = 1000

/** Removes ids by BatchDelete; its verbose answer names those that existed. */
export async function removeIds(
  context: Context,
  ids: readonly string[],
  call: CallOptions,
): Promise<RemoveOutcome[]> {
  call.signal?.throwIfAborted()
  if (ids.length === 0) return []
  const layout = await context.classes.layout(context.name, call)
  const tenant = await context.classes.tenantOf(layout, call)
  const outcomes = new Map<string, RemoveOutcome>()
  for (const some of slices(ids, IDS_A_CALL)) await removeChunk(context, tenant, some, outcomes, call)
  if (outcomes.size < ids.length) await context.shards.requireServed(context.name, tenant, call)
  return ids.map((id) => outcomes.get(id) ?? { ok: true, existed: false })
}

/** Repeats while the server, which may be configured to delete fewer at once, says that more would match. */
async function removeChunk(
  context: Context,
  tenant: string,
  ids: readonly string[],
  outcomes: Map<string, RemoveOutcome>,
  call: CallOptions,
): Promise<void> {
  const { cluster, name, target } = context
  const open = new Set(ids.map((id) => id.toLowerCase()))
  for (;;) {
    const reply = await cluster.rpc(call, (grpcClient, signal) =>
      grpcClient.batchDelete(name, tenant, ids, signal),
    )
    const before = open.size
    if (reply.objects.length > ids.length)
      throw wrongAnswer(target, `speaks of more objects of ${name} than it was asked to delete`)
    for (const { id, successful, error } of reply.objects) {
      if (!successful && isRefused(error)) throw wholeFailure(error, target)
      if (!open.delete(id) && !outcomes.has(id)) {
        throw wrongAnswer(target, `speaks of an object of ${name} that it was not asked to delete: ${id}`)
      }
      const outcome = successful
        ? { ok: true }
        : refusedOutcome(error === '' ? 'the server did not delete it' : error)
      outcomes.set(id, { ...outcome, existed: true })
    }
    if (reply.successful === 0 || reply.matches <= reply.successful + reply.failed) return
    if (open.size === before) {
      throw wrongAnswer(target, `says that more objects of ${name} are to be deleted, and names none`)
    }
  }
}
