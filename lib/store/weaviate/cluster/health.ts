import { isRecord } from '../../../core/value/record.ts'
import type { Health } from '../../store.ts'
import type { Context } from '../context.ts'
import { listIn, objectIn } from '../rest/answer.ts'
import { expectAnswer } from '../rest/expect.ts'
import { jsonOf } from '../rest/request.ts'
import type { Cluster } from './cluster.ts'
import { replyFailure } from './failure.ts'

/** All nodes of the cluster; if the key may not see them, the addresses replace them. */
export async function clusterHealth({ cluster, target, version }: Omit<Context, 'name'>): Promise<Health> {
  const [meta, reply, belonging] = await Promise.all([
    expectAnswer({ cluster, target }, { method: 'GET', path: '/meta' }, 'asking for the modules'),
    cluster.rest({ method: 'GET', path: '/nodes' }),
    members(cluster),
  ])
  const modules = Object.keys(objectIn(meta, target).modules ?? {}).sort()
  if (reply.status === 200) {
    const nodes = [...listIn(reply, target, 'nodes')]
    const listed = new Set(nodes.map(({ name }) => name))
    for (const name of belonging) {
      if (!listed.has(name)) nodes.push({ name, status: 'UNAVAILABLE' })
    }
    return {
      version,
      nodes: nodes.map(({ name, status }) => ({ name: String(name), status: String(status) })),
      modules,
    }
  }
  if (reply.status !== 403) throw replyFailure(reply, target, 'asking for the nodes')
  const knownNodes = cluster.servers.map(({ http, available }) => ({
    name: http,
    status: available ? 'UP' : 'DOWN',
  }))
  return { version, nodes: knownNodes, modules }
}

/** Names of all members of the cluster, including those that are gone; empty if it does not report them. */
async function members(cluster: Cluster): Promise<ReadonlySet<string>> {
  const reply = await cluster.rest({ method: 'GET', path: '/cluster/statistics' })
  const json = reply.status === 200 ? jsonOf(reply) : undefined
  const statistics = isRecord(json) && Array.isArray(json.statistics) ? json.statistics : []
  const names = new Set<string>()
  for (const statistic of statistics) {
    const raft =
      isRecord(statistic) && isRecord(statistic.raft) ? statistic.raft.latestConfiguration : undefined
    for (const server of Array.isArray(raft) ? raft : []) {
      if (isRecord(server) && typeof server.id === 'string') names.add(server.id)
    }
  }
  return names
}
