import { setTimeout as sleep } from 'node:timers/promises'
import type { JsonObject } from '../../../core/object.ts'
import { hasTenants } from '../../../core/schema.ts'
import { isRecord } from '../../../core/value/record.ts'
import type { StoreUse } from '../../store.ts'
import type { Context } from '../context.ts'
import { listIn } from '../rest/answer.ts'
import { jsonOf } from '../rest/request.ts'
import { tenantOf } from '../schema/tenantStates.ts'
import { missingRights } from './rights.ts'

/** Nodes apply a change one after another: a brief difference does not count. */
const STEP_LOOKS = 3
const STEP_WAIT_MS = 300

/**
 * What prevents this use of a cluster, a clause each: the schema differs between nodes, a node or a shard accepts no
 * writes, the key lacks rights. What the key may not see, or the version does not report, is no obstacle.
 */
export async function obstacles(
  context: Pick<Context, 'cluster' | 'target' | 'classes'>,
  use: StoreUse,
): Promise<string[]> {
  const isWritten = use.does.some((one) => one !== 'read')
  const found = await Promise.all([
    isWritten && use.degraded !== true ? outOfStep(context) : [],
    isWritten ? readOnly(context, use.collection) : [],
    missingRights(context, use),
  ])
  return found.flat()
}

async function outOfStep(context: Pick<Context, 'cluster'>): Promise<string[]> {
  for (let look = 1; look <= STEP_LOOKS; look += 1) {
    if ((await schemasAgree(context)) !== false) return []
    if (look < STEP_LOOKS) await sleep(STEP_WAIT_MS)
  }
  return ['its schema is not the same on all nodes']
}

/** Whether all nodes have the same schema; undefined if the server does not report it. */
export async function schemasAgree({ cluster }: Pick<Context, 'cluster'>): Promise<boolean | undefined> {
  const reply = await cluster.rest({ method: 'GET', path: '/cluster/statistics' })
  const json = reply.status === 200 ? jsonOf(reply) : undefined
  return isRecord(json) && typeof json.synchronized === 'boolean' ? json.synchronized : undefined
}

async function readOnly(
  { cluster, target, classes }: Pick<Context, 'cluster' | 'target' | 'classes'>,
  name: string,
): Promise<string[]> {
  const path = `/schema/${encodeURIComponent(name)}`
  const [nodes, schema] = await Promise.all([
    cluster.rest({ method: 'GET', path: '/nodes' }),
    cluster.rest({ method: 'GET', path }),
  ])
  // When asked for the shards of a missing class, a server searches for it for another 150 ms.
  const shards =
    schema.status === 200 ? await cluster.rest({ method: 'GET', path: `${path}/shards` }) : schema
  const closed = nodes.status === 200 ? listIn(nodes, target, 'nodes') : []
  const locked = shards.status === 200 ? listIn(shards, target) : []
  const dark = await outOfReach(classes, name, locked)
  return [
    ...(dark === 0
      ? []
      : [
          `${dark} of ${locked.length} shards of ${name} are on nodes that are down: their objects are out of reach`,
        ]),
    ...closed
      .filter(({ operationalMode = 'ReadWrite' }) => operationalMode === 'ReadOnly')
      .map((node) => `its node ${String(node.name)} is read-only`),
    ...locked
      .filter(({ status }) => status === 'READONLY')
      .map((shard) => `the shard ${String(shard.name)} of ${name} is read-only`),
  ]
}

/** Shards that no node serves; those of inactive tenants are never served. */
async function outOfReach(
  classes: Context['classes'],
  name: string,
  shards: readonly JsonObject[],
): Promise<number> {
  const dark = shards.filter(({ status }) => (status ?? '') === '')
  if (dark.length === 0) return 0
  const schema = await classes.find(name)
  if (schema === undefined || !hasTenants(schema)) return dark.length
  const tenants = (await classes.tenants(name)).map(tenantOf)
  const active = new Set(tenants.filter(({ state }) => state === 'active').map((tenant) => tenant.name))
  return dark.filter((shard) => active.has(String(shard.name))).length
}
