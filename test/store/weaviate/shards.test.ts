import t, { type Test } from 'tap'
import type { Cluster } from '../../../lib/store/weaviate/cluster/cluster.ts'
import { Shards } from '../../../lib/store/weaviate/cluster/shards.ts'
import { openWeaviate } from '../../../lib/store/weaviate/store.ts'
import { clockOf } from '../../clock.ts'
import { ALL, drain, idAt, objectAt, objectsUpTo, schemaOf } from '../../contract/store/world.ts'
import { type Double, weaviateDouble } from '../../double/double.ts'
import type { Answer } from '../../double/rest/rest.ts'

const NODES = ['node1', 'node2', 'node3']
const served = (name: string) => ({
  name,
  status: 'READY',
  per_node_status: { node1: 'READY' },
  vectorQueueSize: 0,
})
/** As a cluster shows a shard none of whose nodes is up. */
const dark = (name: string) => ({ name, vectorQueueSize: 0 })

/** A double that says of itself that it is one node of three; `shards` says which are served. */
async function enter(t: Test, shards: () => object[]) {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  const nodes = [{ http: double.http, grpc: double.grpc, grpcSecure: false }]
  const store = await openWeaviate({ nodes, target: double.http })
  t.teardown(() => store.close())
  await store.create(schemaOf('Kept'))
  const kept = store.collection('Kept')
  await kept.write(objectsUpTo(100))
  say(double, 'GET /v1/nodes', () => ({ nodes: NODES.map((name) => ({ name, status: 'HEALTHY' })) }))
  say(double, 'GET /v1/schema/{class}/shards', shards)
  return { double, store, kept }
}

function say(double: Double, on: string, body: () => unknown): void {
  double.faults.inject({ fault: 'lie', on, answer: (): Answer => ({ status: 200, body: body() }) })
}

const AWAY = { code: 'ELYSIA_UNREACHABLE', retryable: true, message: /1 of 2 shards of Kept.*out of reach/ }

t.test(
  'with a shard on nodes that are down nothing is read, counted or removed as if that were all',
  async (t) => {
    const { kept, store } = await enter(t, () => [served('a'), dark('b')])
    t.strictSame(await store.list(), [{ name: 'Kept' }], 'a list says no number')
    await t.rejects(drain(kept.read(ALL)), AWAY, 'a read')
    await t.rejects(kept.readMany([idAt(1), idAt(500)], ALL), AWAY, 'a look-up that lacks some')
    await t.rejects(kept.count(), AWAY, 'a count')
    await t.rejects(kept.remove([idAt(500)]), AWAY, 'a removal of what was not found')
    t.equal((await kept.readMany([idAt(1)], ALL)).length, 1, 'what was found was found')
    t.match(await kept.remove([idAt(1)]), [{ ok: true, existed: true }])
    t.match(await kept.write([objectAt(1)]), [{ ok: true }], 'the server itself says what it cannot write')
  },
)

t.test('with all shards served it is read, and a node that goes meanwhile is noticed', async (t) => {
  let shards: object[] = [served('a'), served('b')]
  const { kept } = await enter(t, () => shards)
  t.equal((await drain(kept.read(ALL))).length, 100)
  t.equal(await kept.count(), 100)
  const pages = kept.read(ALL)[Symbol.asyncIterator]()
  t.equal((await pages.next()).done, false)
  shards = [served('a'), dark('b')]
  await t.rejects(drain({ [Symbol.asyncIterator]: () => pages }), AWAY)
})

t.test('a server alone is not asked again and again', async (t) => {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  const nodes = [{ http: double.http, grpc: double.grpc, grpcSecure: false }]
  const store = await openWeaviate({ nodes, target: double.http })
  t.teardown(() => store.close())
  await store.create(schemaOf('Kept'))
  for (let n = 0; n < 20; n++) await store.collection('Kept').count()
  t.equal(double.calls.by['GET /v1/nodes'], 1)
  t.equal(double.calls.by['GET /v1/schema/{class}/shards'], undefined)
})

t.test('callers at once share a question, but none that was put before they came', async (t) => {
  const { double, kept } = await enter(t, () => [served('a')])
  await kept.count()
  const before = double.calls.by['GET /v1/schema/{class}/shards'] ?? 0
  await Promise.all(Array.from({ length: 30 }, () => kept.readMany([idAt(500)], ALL)))
  const asked = double.calls.by['GET /v1/schema/{class}/shards']! - before
  t.ok(asked >= 1 && asked < 30, `${asked} questions for 30 look-ups`)
})

t.test('levels of consistency that cannot be had are something to wait for', async (t) => {
  const { double, kept } = await enter(t, () => [served('a')])
  const text =
    'explorer: list class: search: object search at index kept: inconsistent consistency levels: shard a resolved to 2'
  double.faults.inject({ fault: 'status', code: 'UNKNOWN', text, on: 'Search' })
  const hint = /is down: run the same command/
  await t.rejects(drain(kept.read(ALL)), { code: 'ELYSIA_UNREACHABLE', retryable: true, hint })
})

t.test('a node that belongs to the cluster is a node of it, also when it is no longer listed', async (t) => {
  const { double, store } = await enter(t, () => [])
  double.faults.clear()
  say(double, 'GET /v1/nodes', () => ({ nodes: [{ name: 'node1', status: 'HEALTHY' }] }))
  const latestConfiguration = NODES.map((id) => ({ id, address: '127.0.0.1:1', suffrage: 0 }))
  say(double, 'GET /v1/cluster/statistics', () => ({
    statistics: [{ name: 'node1', raft: { latestConfiguration } }],
  }))
  t.strictSame((await store.health()).nodes, [
    { name: 'node1', status: 'HEALTHY' },
    { name: 'node2', status: 'UNAVAILABLE' },
    { name: 'node3', status: 'UNAVAILABLE' },
  ])
})

t.test('an id that one copy does not find is asked of a quorum, where its absence decides', async (t) => {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  const nodes = [{ http: double.http, grpc: double.grpc, grpcSecure: false }]
  const store = await openWeaviate({ nodes, target: double.http })
  t.teardown(() => store.close())
  await store.create({ ...schemaOf('Kept'), replicationConfig: { factor: 3 } })
  const kept = store.collection('Kept')
  await kept.write(objectsUpTo(10))
  const asked = async (call: { provesAbsence?: boolean }) => {
    t.strictSame(
      (await kept.readMany([idAt(1), idAt(500)], ALL, call)).map(({ id }) => id),
      [idAt(1)],
    )
    return double.calls.by['GET /v1/objects/{class}/{id}'] ?? 0
  }
  t.equal(await asked({}), 0)
  t.equal(await asked({ provesAbsence: true }), 1, 'for the one that was not found')
})

t.test('an answer that a server is alone is as old as its question', async (t) => {
  const clock = clockOf(t)
  let asked = 0
  const rest = async (request: object) => {
    asked += 1
    return { request, status: 200, text: '{"nodes":[{"name":"node1"}]}', retryAfter: undefined }
  }
  const shards = new Shards({ rest } as unknown as Cluster, 'there')
  shards.begin()
  clock.passMs += 29_000
  await shards.requireServed('Kept', '', {})
  t.equal(asked, 1)
  clock.passMs += 2_000
  await shards.requireServed('Kept', '', {})
  t.equal(asked, 2)
})
