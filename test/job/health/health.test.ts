// What a look at a store finds, and that a restore is refused what would fail or be lost.
import t, { type Test } from 'tap'
import { checkHealth } from '../../../lib/job/health/health.ts'
import { restore } from '../../../lib/job/restore/restore.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { openStore } from '../../../lib/store/open.ts'
import { parseTarget } from '../../../lib/store/target.ts'
import { type Double, weaviateDouble } from '../../double/double.ts'
import { archiveOf, THING, thing } from '../backup/archived.ts'
import { changedStore } from '../changed.ts'
import { sourceOf } from '../restore/restored.ts'

async function server(t: Test, address = (one: Double) => one.target) {
  const double = await weaviateDouble()
  const store = await openStore(parseTarget(address(double)))
  t.teardown(async () => {
    await store.close()
    await double.stop()
  })
  return { double, store }
}

t.test('a server that is well has no findings, and nothing is written to it', async (t) => {
  const { double, store } = await server(t)
  await store.create({ ...THING, class: 'Other' })
  await store.create(THING)
  await store.collection('Thing').write([thing(1), thing(2)])
  const before = double.calls.objectsReceived
  const report = await checkHealth(store, { for: 'restore', collection: 'Thing' })
  t.match(report, {
    kind: 'weaviate',
    healthy: true,
    findings: [],
    inStep: true,
    addresses: [{ live: true, ready: true }],
    nodes: [{ name: 'node1', status: 'HEALTHY', readOnly: false, objects: 2 }],
  })
  t.strictSame(report.collections, [
    { name: 'Thing', shards: 1, outOfReach: 0, readOnly: 0, unindexed: 0, copies: 1, copiesWanted: 1 },
  ])
  t.ok(report.clockDifferenceMs! < 60_000)
  t.equal(double.calls.objectsReceived, before)
})

const shard = (node: object) => ({ class: 'Thing', name: 'double', replicationFactor: 2, ...node })

/** What a server says of itself, and what is found. */
const ILL = [
  {
    on: 'GET /v1/cluster/statistics',
    body: { statistics: [], synchronized: false },
    findings: [{ level: 'stop', fact: 'the schema is not the same on all nodes' }],
  },
  {
    on: 'GET /v1/schema/{class}/shards',
    body: [
      { name: 'a', status: 'READONLY', vectorQueueSize: 7 },
      { name: 'b', status: '' },
    ],
    findings: [
      {
        level: 'stop',
        fact: '1 of 2 shards of Thing are on nodes that are down: their objects are out of reach',
      },
      {
        level: 'stop',
        fact: '1 of 2 shards of Thing are read-only; a disk that is nearly full makes them so',
      },
    ],
  },
  {
    on: 'GET /v1/nodes',
    body: {
      nodes: [
        {
          name: 'node1',
          status: 'HEALTHY',
          version: '1.34.0',
          operationalMode: 'ReadOnly',
          shards: [shard({})],
        },
        { name: 'n2', status: 'HEALTHY', version: '1.33.0' },
        { name: 'n3', status: 'UNAVAILABLE' },
      ],
    },
    findings: [
      { level: 'stop', fact: 'the node node1 is read-only; a disk that is nearly full makes it so' },
      { level: 'warning', fact: 'the node n3 is UNAVAILABLE' },
      { level: 'warning', fact: 'nodes have different versions: 1.33.0, 1.34.0' },
      { level: 'warning', fact: 'a shard of Thing has 1 of 2 copies' },
    ],
  },
  {
    on: 'GET /v1/users/own-info',
    body: { roles: [{ name: 'r', permissions: [{ action: 'read_data', data: { collection: '*' } }] }] },
    findings: [{ level: 'stop', fact: 'the key lacks the right to read_collections on *' }],
  },
]

for (const { on, body, findings } of ILL) {
  t.test(`${findings[0]!.fact}: that is found`, async (t) => {
    const { double, store } = await server(t)
    await store.create(THING)
    double.faults.inject({ fault: 'lie', on, answer: () => ({ status: 200, body }) })
    t.match(await checkHealth(store, { for: 'backup' }), { healthy: false, findings })
  })
}

t.test('an address that does not answer is found, while another does', async (t) => {
  const { store } = await server(t, ({ target }) => `http://127.0.0.1:9?grpc=127.0.0.1:9,${target}`)
  const { findings, addresses } = await checkHealth(store)
  t.match(addresses, [{ address: 'http://127.0.0.1:9', live: false, ready: false }, { live: true }])
  t.match(findings, [{ level: 'warning', fact: 'http://127.0.0.1:9 does not answer' }])
})

t.test('a clock that is off is found; a store without servers is well', async (t) => {
  const memory = openMemory()
  t.match(await checkHealth(memory), { healthy: true, collections: [], addresses: [] })
  const late = changedStore(memory, () => ({}), { clockDifferenceMs: async () => 61_000 })
  t.match(await checkHealth(late), { findings: [{ level: 'stop', fact: /61 s apart/ }] })
})

t.test(
  'a restore into what is read-only, out of step or late is refused before anything is made',
  async (t) => {
    const { double, store } = await server(t)
    const source = await sourceOf(await archiveOf(3))
    const body = { nodes: [{ name: 'node1', status: 'HEALTHY', operationalMode: 'ReadOnly' }] }
    double.faults.inject({ fault: 'lie', on: 'GET /v1/nodes', answer: () => ({ status: 200, body }) })
    await t.rejects(restore(source, store, {}), {
      code: 'ELYSIA_CONFLICT',
      message: /its node node1 is read-only/,
    })
    double.faults.clear()
    const late = changedStore(store, () => ({}), { clockDifferenceMs: async () => 61_000 })
    await t.rejects(restore(source, late, {}), { code: 'ELYSIA_CONFLICT', message: /61 s apart/ })
    t.strictSame(await store.list(), [])
  },
)

t.test(
  'a restore into a class whose shards are out of reach is refused before anything is written',
  async (t) => {
    const { double, store } = await server(t)
    await store.create(THING)
    const answer = () => ({
      status: 200,
      body: [
        { name: 'a', status: '' },
        { name: 'b', status: 'READY' },
      ],
    })
    double.faults.inject({ fault: 'lie', on: 'GET /v1/schema/{class}/shards', answer })
    await t.rejects(restore(await sourceOf(await archiveOf(3)), store, { onConflict: 'skip', undo: false }), {
      code: 'ELYSIA_CONFLICT',
      message: /1 of 2 shards of Thing are on nodes that are down/,
    })
  },
)
