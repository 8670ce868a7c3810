import { createHash } from 'node:crypto'
import type { JsonObject } from '../../../core/object.ts'
import { isRecord } from '../../../core/value/record.ts'
import type { StoreIdentity } from '../../store.ts'
import type { Context } from '../context.ts'
import { listIn } from '../rest/answer.ts'
import { jsonOf } from '../rest/request.ts'

/**
 * Identifies a cluster, whatever its address: by the members of its Raft group with their own addresses, and the names
 * of all shards, most of which are random. Undefined if the key may not see them, or the server does not report them.
 */
export async function clusterIdentity({
  cluster,
  target,
}: Pick<Context, 'cluster' | 'target'>): Promise<StoreIdentity | undefined> {
  const [statistics, nodes] = await Promise.all([
    cluster.rest({ method: 'GET', path: '/cluster/statistics' }),
    cluster.rest({ method: 'GET', path: '/nodes?output=verbose' }),
  ])
  if (statistics.status !== 200 || nodes.status !== 200) return undefined
  const rafts = raftsIn(jsonOf(statistics))
  const members = new Set(rafts.flatMap(membersOf))
  const shards = new Set(listIn(nodes, target, 'nodes').flatMap(shardsOf))
  if (members.size === 0 || shards.size === 0) return undefined
  const text = JSON.stringify([[...members].sort(), [...shards].sort()])
  const logs = rafts.map(({ lastLogIndex }) => Number(lastLogIndex)).filter(Number.isFinite)
  return { text: createHash('sha256').update(text).digest('hex'), clock: Math.max(0, ...logs) }
}

function raftsIn(json: unknown): Record<string, unknown>[] {
  const all = isRecord(json) && Array.isArray(json.statistics) ? (json.statistics as unknown[]) : []
  return all.flatMap((one) => (isRecord(one) && isRecord(one.raft) ? [one.raft] : []))
}

function membersOf({ latestConfiguration }: Record<string, unknown>): string[] {
  const servers: unknown[] = Array.isArray(latestConfiguration) ? latestConfiguration : []
  return servers.flatMap((one) => (isRecord(one) ? [`${String(one.id)} ${String(one.address)}`] : []))
}

function shardsOf({ shards }: JsonObject): string[] {
  const all: unknown[] = Array.isArray(shards) ? shards : []
  return all.flatMap((one) => (isRecord(one) ? [`${String(one.class)} ${String(one.name)}`] : []))
}
