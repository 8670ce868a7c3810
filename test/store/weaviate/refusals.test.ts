import t from 'tap'
import { openWeaviate } from '../../../lib/store/weaviate/store.ts'
import { clockOf } from '../../clock.ts'
import { idAt, objectAt, objectsUpTo, schemaOf } from '../../contract/store/world.ts'
import { weaviateDouble } from '../../double/double.ts'

t.test(
  'a refusal falls on its own object, whatever was refused before it or came in another message',
  async (t) => {
    const double = await weaviateDouble()
    t.teardown(() => double.stop())
    const nodes = [{ http: double.http, grpc: double.grpc, grpcSecure: false }]
    const store = await openWeaviate({ nodes, target: double.http, timeoutMs: 2_000 })
    t.teardown(() => store.close())
    await store.create(schemaOf('Kept'))
    const kept = store.collection('Kept')
    double.faults.inject({
      fault: 'perObject',
      text: 'invalid text property',
      ids: [idAt(2), idAt(50)],
      on: 'BatchObjects',
    })
    const outcomes = await kept.write([
      objectAt(0),
      objectAt(1, { title: 'half \ud83d' }),
      objectAt(2),
      objectAt(3),
    ])
    t.match(outcomes, [
      { ok: true },
      { ok: false, reason: /surrogate/ },
      { ok: false, reason: /invalid text/ },
      { ok: true },
    ])
    double.faults.inject({ fault: 'tooLarge', bytes: 4_000 })
    const halves = await kept.write(objectsUpTo(64))
    t.strictSame(
      halves.flatMap(({ ok }, n) => (ok ? [] : [n])),
      [2, 50],
    )
  },
)

t.test('what changes a server is not sent to another node once it may have arrived', async (t) => {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  const node = { http: double.http, grpc: double.grpc, grpcSecure: false }
  const store = await openWeaviate({ nodes: [node, node], target: double.http, timeoutMs: 2_000 })
  t.teardown(() => store.close())
  double.faults.inject({ fault: 'reset', when: 'after', on: 'POST /v1/schema' })
  await t.rejects(store.create(schemaOf('Kept')), { code: 'ELYSIA_UNREACHABLE' })
  t.equal(double.calls.by['POST /v1/schema'], 1)
})

t.test('a tenant that someone removed is not made again, however often its class is read', async (t) => {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  const nodes = [{ http: double.http, grpc: double.grpc, grpcSecure: false }]
  const [ours, theirs] = [
    await openWeaviate({ nodes, target: double.http }),
    await openWeaviate({ nodes, target: double.http }),
  ]
  t.teardown(() => Promise.all([ours.close(), theirs.close()]))
  const multiTenancyConfig = { enabled: true, autoTenantCreation: true }
  await ours.create(schemaOf('Kept', { multiTenancyConfig }))
  await ours.createTenants('Kept', ['a'])
  const clock = clockOf(t)
  await ours.collection('Kept').write([objectAt(1)], { tenant: 'a' })
  await theirs.dropTenants('Kept', ['a'])
  for (let n = 0; n < 3; n++) {
    clock.passMs += 5_000
    await ours.schema('Kept')
  }
  await t.rejects(ours.collection('Kept').write([objectAt(2)], { tenant: 'a' }), { code: 'ELYSIA_NOT_FOUND' })
  t.strictSame(await theirs.tenants('Kept'), [])
})
