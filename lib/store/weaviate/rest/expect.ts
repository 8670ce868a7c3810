import type { CallOptions } from '../../store.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { replyFailure } from '../cluster/failure.ts'
import type { RestReply, RestRequest } from './request.ts'

/** A cluster, and its address for messages. */
export interface RestContext {
  readonly cluster: Cluster
  readonly target: string
}

/** The answer to a REST call that must succeed; `doing` says what was requested, and from where. */
export async function expectAnswer(
  { cluster, target }: RestContext,
  request: RestRequest,
  doing: string,
  call: CallOptions = {},
): Promise<RestReply> {
  const reply = await cluster.rest(request, call)
  if (reply.status >= 200 && reply.status < 300) return reply
  throw replyFailure(reply, target, doing)
}
