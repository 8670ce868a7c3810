import type { Health } from '../store.ts'
import { listIn, objectIn } from './answer.ts'
import { expect } from './expect.ts'
import { replyFailure } from './failure.ts'
import type { Context } from './write.ts'

/** The nodes of the cluster, all that belong to it; where the key may not see them, the addresses stand in for them. */
export async function health({ cluster, target, version }: Omit<Context, 'name'>): Promise<Health> {
  const meta = await expect({ cluster, target }, { method: 'GET', path: '/meta' }, 'asking for the modules')
  const modules = Object.keys(objectIn(meta, target).modules ?? {}).sort()
  const reply = await cluster.rest({ method: 'GET', path: '/nodes' })
  if (reply.status === 200) {
    const nodes = listIn(reply, target, 'nodes')
    return {
      version,
      nodes: nodes.map(({ name, status }) => ({ name: String(name), status: String(status) })),
      modules,
    }
  }
  if (reply.status !== 403) throw replyFailure(reply, target, 'asking for the nodes')
  const known = cluster.servers.map(({ http, available }) => ({
    name: http,
    status: available ? 'UP' : 'DOWN',
  }))
  return { version, nodes: known, modules }
}
