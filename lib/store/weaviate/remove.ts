import type { Call, RemoveOutcome } from '../store.ts'
import { uuidOf } from './decode.ts'
import { idFilter } from './encode.ts'
import { isRefused, refusal, wholeFailure } from './failure.ts'
import type { Context } from './write.ts'

/** Well under the 10 000 that one call deletes at most. */
const IDS_A_CALL = 1000

/** Removes ids by BatchDelete; its verbose answer names those that were there. */
export async function remove(context: Context, ids: readonly string[], call: Call): Promise<RemoveOutcome[]> {
  call.signal?.throwIfAborted()
  if (ids.length === 0) return []
  const layout = await context.classes.layout(context.name, call)
  const tenant = await context.classes.tenantOf(layout, call)
  const outcomes = new Map<string, RemoveOutcome>()
  for (let at = 0; at < ids.length; at += IDS_A_CALL) {
    await removeChunk(context, tenant, ids.slice(at, at + IDS_A_CALL), outcomes, call)
  }
  return ids.map((id) => outcomes.get(id) ?? { ok: true, existed: false })
}

/** Repeats while the server, which may be set to delete fewer at once, says that more would match. */
async function removeChunk(
  context: Context,
  tenant: string,
  ids: readonly string[],
  outcomes: Map<string, RemoveOutcome>,
  call: Call,
): Promise<void> {
  const filters = idFilter(ids)
  for (;;) {
    const reply = await context.cluster.rpc(call, (wire, signal) =>
      wire.batchDelete(context.name, tenant, filters, signal),
    )
    for (const { uuid, successful, error } of reply.objects) {
      if (!successful && isRefused(error ?? '')) throw wholeFailure(error ?? '', context.target)
      const outcome = successful ? { ok: true } : refusal(error ?? 'the server did not delete it')
      outcomes.set(uuidOf(uuid), { ...outcome, existed: true })
    }
    if (reply.successful === 0 || reply.matches <= reply.successful + reply.failed) return
  }
}
