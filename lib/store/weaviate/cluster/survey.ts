import { ElysiaError } from '../../../core/errors.ts'
import type { JsonObject } from '../../../core/object.ts'
import { isRecord } from '../../../core/value/record.ts'
import type { StoreUse } from '../../store.ts'
import type { StoreSurvey, SurveyedAddress, SurveyedCollection, SurveyedNode } from '../../survey.ts'
import type { Context } from '../context.ts'
import { listIn } from '../rest/answer.ts'
import type { ListedClass } from '../schema/classes.ts'
import { tenantOf } from '../schema/tenantStates.ts'
import { clusterHealth } from './health.ts'
import type { NodeConnection } from './node.ts'
import { schemasAgree } from './obstacles.ts'
import { missingRights } from './rights.ts'

type SharedContext = Omit<Context, 'name'>

/**
 * Everything that a cluster reports about itself, or about the collection `only`; one call per collection, and two if
 * it has tenants.
 */
export async function survey(context: SharedContext, use?: StoreUse, only?: string): Promise<StoreSurvey> {
  const { cluster, target, classes, version } = context
  const [addresses, { nodes }, reply, listed, inStep, rights] = await Promise.all([
    Promise.all(cluster.servers.map(addressOf)),
    clusterHealth(context),
    cluster.rest({ method: 'GET', path: '/nodes?output=verbose' }),
    only === undefined ? classes.list() : listedOnly(context, only),
    schemasAgree(context),
    use === undefined ? [] : missingRights(context, use),
  ])
  const details = reply.status === 200 ? listIn(reply, target, 'nodes') : []
  const copies = copiesIn(details)
  return {
    version,
    addresses,
    nodes: nodes.map((node) => nodeOf(node, details)),
    collections: (await Promise.all(listed.map((one) => collectionOf(context, one, copies)))).flat(),
    ...(inStep !== undefined && { inStep }),
    missingRights: rights,
  }
}

async function listedOnly({ classes }: SharedContext, only: string): Promise<ListedClass[]> {
  try {
    return [{ name: only, tenanted: (await classes.layout(only)).tenanted }]
  } catch (error) {
    if (error instanceof ElysiaError && error.code === 'ELYSIA_NOT_FOUND') return []
    throw error
  }
}

async function addressOf(server: NodeConnection): Promise<SurveyedAddress> {
  const [meta, ready] = await Promise.allSettled([server.meta(), server.requireReady()])
  const live = meta.status === 'fulfilled'
  return { address: server.http, live, ready: live && ready.status === 'fulfilled' }
}

function nodeOf(
  { name, status }: { name: string; status: string },
  details: readonly JsonObject[],
): SurveyedNode {
  const { version, operationalMode, stats } = details.find((one) => one.name === name) ?? {}
  const objects = isRecord(stats) ? stats.objectCount : undefined
  return {
    name,
    status,
    ...(typeof version === 'string' && version !== '' && { version }),
    readOnly: operationalMode === 'ReadOnly',
    ...(typeof objects === 'number' && { objects }),
  }
}

interface Copies {
  /** By shard. */
  readonly copiesByShard: Map<string, number>
  wanted: number | undefined
}

/** How many nodes hold each shard, by class: a node that is down holds none. */
function copiesIn(details: readonly JsonObject[]): ReadonlyMap<string, Copies> {
  const copiesByClass = new Map<string, Copies>()
  for (const { shards } of details) {
    for (const shard of Array.isArray(shards) ? (shards as unknown[]) : []) {
      if (!isRecord(shard)) continue
      const name = String(shard.class)
      const copies = copiesByClass.get(name) ?? {
        copiesByShard: new Map<string, number>(),
        wanted: undefined,
      }
      copiesByClass.set(name, copies)
      copies.copiesByShard.set(String(shard.name), (copies.copiesByShard.get(String(shard.name)) ?? 0) + 1)
      if (typeof shard.replicationFactor === 'number' && shard.replicationFactor > 0)
        copies.wanted = Math.max(copies.wanted ?? 0, shard.replicationFactor)
    }
  }
  return copiesByClass
}

/** Undefined if it is gone meanwhile, or the key may not see its shards. */
async function collectionOf(
  context: SharedContext,
  listed: ListedClass,
  copies: ReadonlyMap<string, Copies>,
): Promise<SurveyedCollection[]> {
  const { name, tenanted } = listed
  const path = `/schema/${encodeURIComponent(name)}/shards`
  const reply = await context.cluster.rest({ method: 'GET', path })
  if (reply.status !== 200) return []
  const active = tenanted ? await activeTenants(context, name) : undefined
  const shards = listIn(reply, context.target).filter((one) => active?.has(String(one.name)) ?? true)
  const { copiesByShard: there, wanted } = copies.get(name) ?? {}
  const fewest = there?.values().reduce((least, one) => Math.min(least, one), Infinity) ?? Infinity
  return [
    {
      name,
      shards: shards.length,
      outOfReach: shards.filter(({ status }) => (status ?? '') === '').length,
      readOnly: shards.filter(({ status }) => status === 'READONLY').length,
      unindexed: shards.reduce((sum, { vectorQueueSize }) => sum + (Number(vectorQueueSize) || 0), 0),
      ...(Number.isFinite(fewest) && { copies: fewest }),
      ...(wanted !== undefined && { copiesWanted: wanted }),
    },
  ]
}

async function activeTenants({ classes }: SharedContext, name: string): Promise<ReadonlySet<string>> {
  const tenants = (await classes.tenants(name)).map(tenantOf)
  return new Set(tenants.filter(({ state }) => state === 'active').map((tenant) => tenant.name))
}
