import { setTimeout as sleep } from 'node:timers/promises'
import { isRecord } from '../../../core/value/record.ts'
import type { StoreUse } from '../../store.ts'
import type { Context } from '../context.ts'
import { listIn } from '../rest/answer.ts'
import { jsonOf } from '../rest/request.ts'
import { missingRights } from './rights.ts'

/** Nodes apply a change one after the other: a difference that passes is none. */
const STEP_LOOKS = 3
const STEP_WAIT_MS = 300

/**
 * What keeps a cluster from such a use, a clause each: the schema is not the same on all nodes, a node or a shard takes no
 * writes, the key lacks rights. What the key may not see, or the version does not say, is no obstacle.
 */
export async function obstacles(
  context: Pick<Context, 'cluster' | 'target'>,
  use: StoreUse,
): Promise<string[]> {
  const isWritten = use.does.some((one) => one !== 'read')
  return [
    ...(isWritten && use.degraded !== true ? await outOfStep(context) : []),
    ...(isWritten ? await readOnly(context, use.collection) : []),
    ...(await missingRights(context, use)),
  ]
}

async function outOfStep(context: Pick<Context, 'cluster'>): Promise<string[]> {
  for (let look = 1; look <= STEP_LOOKS; look += 1) {
    if ((await isInStep(context)) !== false) return []
    if (look < STEP_LOOKS) await sleep(STEP_WAIT_MS)
  }
  return ['its schema is not the same on all nodes']
}

/** Whether all nodes have come to the same schema; undefined where the server does not say. */
export async function isInStep({ cluster }: Pick<Context, 'cluster'>): Promise<boolean | undefined> {
  const reply = await cluster.rest({ method: 'GET', path: '/cluster/statistics' })
  const json = reply.status === 200 ? jsonOf(reply) : undefined
  return isRecord(json) && typeof json.synchronized === 'boolean' ? json.synchronized : undefined
}

async function readOnly(
  { cluster, target }: Pick<Context, 'cluster' | 'target'>,
  name: string,
): Promise<string[]> {
  const nodes = await cluster.rest({ method: 'GET', path: '/nodes' })
  const shards = await cluster.rest({ method: 'GET', path: `/schema/${encodeURIComponent(name)}/shards` })
  const closed = nodes.status === 200 ? listIn(nodes, target, 'nodes') : []
  const locked = shards.status === 200 ? listIn(shards, target) : []
  return [
    ...closed
      .filter(({ operationalMode = 'ReadWrite' }) => operationalMode === 'ReadOnly')
      .map((node) => `its node ${String(node.name)} is read-only`),
    ...locked
      .filter(({ status }) => status === 'READONLY')
      .map((shard) => `the shard ${String(shard.name)} of ${name} is read-only`),
  ]
}
