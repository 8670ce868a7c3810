import { className } from '../class/schema.ts'
import type { Shard } from '../class/shard.ts'
import { Refusal } from '../fault/refusal.ts'
import type { Inside } from '../grpc/grpc.ts'
import type { Routes } from './rest.ts'

/** The version that a double claims to be of. */
export const VERSION = '1.39.0'

/** True for a version of 1 before that minor release. */
export function isBefore(version: string, minor: number): boolean {
  return Number(/^1\.(\d+)/.exec(version)?.[1] ?? minor) < minor
}

/** The server itself, its nodes and shards. */
export function serverRoutes(inside: Inside, port: () => number): Routes {
  const { collections } = inside
  return {
    'GET /v1/.well-known/live': () => ({ status: 200 }),
    'GET /v1/.well-known/ready': () => ({ status: 200 }),
    'GET /v1/.well-known/openid-configuration': () => ({ status: 404 }),
    'GET /v1/meta': () => ({
      status: 200,
      body: {
        grpcMaxMessageSize: inside.maxMessageBytes,
        hostname: `${inside.scheme}://127.0.0.1:${port()}`,
        modules: Object.fromEntries(collections.modules.map((name) => [name, { name }])),
        version: inside.version,
      },
    }),
    'GET /v1/schema/{class}/shards': ({ parts: [name = ''] }) => {
      if (collections.schema(name) === undefined) throw new Refusal(noIndex(name), 404)
      const shards = [...collections.shards(name)].map(([tenant, shard]) => shardStatus(tenant, shard))
      return { status: 200, body: shards }
    },
    'GET /v1/nodes': ({ query }) => ({ status: 200, body: nodes(inside, query) }),
    'GET /v1/nodes/{class}': ({ parts: [name = ''], query }) => {
      if (collections.schema(name) === undefined) {
        throw new Refusal(`class "${className(name)}" not found`, 404)
      }
      return { status: 200, body: nodes(inside, query, className(name)) }
    },
    'GET /v1/users/own-info': () => ({ status: 401 }),
    'GET /v1/cluster/statistics': () => ({
      status: 200,
      body: { statistics: [statistics(port())], synchronized: true },
    }),
  }
}

/** A Raft group of one, with the address that it has for itself. */
function statistics(port: number) {
  const address = `127.0.0.1:${port}`
  return {
    name: 'node1',
    status: 'HEALTHY',
    leaderAddress: address,
    raft: { latestConfiguration: [{ address, id: 'node1', suffrage: 0 }], lastLogIndex: '1' },
  }
}

function noIndex(name: string): string {
  return `cannot get shards status for a non-existing index for ${className(name)}: not found`
}

function shardStatus(tenant: string, shard: Shard): object {
  const status = shard.activity === 'HOT' ? { per_node_status: { node1: 'READY' }, status: 'READY' } : {}
  return { name: shardName(tenant), ...status, vectorQueueSize: shard.queued }
}

/** Shards of a class with tenants bear their names; the others have a random one, ours always the same. */
function shardName(tenant: string): string {
  return tenant === '' ? 'double' : tenant
}

function nodes(inside: Inside, query: URLSearchParams, only?: string): object {
  const verbose = query.get('output') === 'verbose'
  const shards = inside.collections
    .schemas()
    .filter((schema) => only === undefined || schema.class === only)
    .flatMap((schema) =>
      [...inside.collections.shards(schema.class)]
        .filter(([, shard]) => shard.activity === 'HOT')
        .map(([tenant, shard]) => nodeShard(schema.class, tenant, shard)),
    )
  const objectCount = shards.reduce((sum, shard) => sum + shard.objectCount, 0)
  const node = {
    batchStats: { queueLength: 0, ratePerSecond: 0 },
    name: 'node1',
    operationalMode: 'ReadWrite',
    shards: verbose ? shards : null,
    ...(verbose ? { stats: { objectCount, shardCount: shards.length } } : {}),
    status: 'HEALTHY',
    version: inside.version,
  }
  return { nodes: [node] }
}

function nodeShard(name: string, tenant: string, shard: Shard) {
  return {
    asyncReplicationStatus: [],
    class: name,
    compressed: false,
    loaded: true,
    name: shardName(tenant),
    numberOfReplicas: 1,
    objectCount: shard.size,
    replicationFactor: 1,
    vectorIndexingStatus: 'READY',
    vectorQueueLength: 0,
  }
}
