// A server that is killed in the middle of a batch keeps objects that it does not find by their id.
import t, { type Test } from 'tap'
import { openWeaviate } from '../../../lib/store/weaviate/store.ts'
import { ALL, drain, idAt, objectAt, objectsUpTo, schemaOf } from '../../contract/store/world.ts'
import { weaviateDouble } from '../../double/double.ts'

async function enter(t: Test) {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  const nodes = [{ http: double.http, grpc: double.grpc, grpcSecure: false }]
  const store = await openWeaviate({ nodes, target: double.http })
  t.teardown(() => store.close())
  await store.create(schemaOf('Kept'))
  const kept = store.collection('Kept')
  const lost = async (objects: Parameters<typeof kept.write>[0]) => {
    double.faults.inject({ fault: 'reset', when: 'after', on: 'BatchObjects', count: 1 })
    await t.rejects(kept.write(objects), { code: 'ELYSIA_UNREACHABLE', retryable: true })
  }
  const hide = (id: string) => double.collections.shards('Kept').get('')!.unindex(id)
  const looked = () => double.calls.by.Search ?? 0
  return { double, kept, lost, hide, looked }
}

t.test('what a killed server no longer finds is found once the batch was repeated', async (t) => {
  const { kept, lost, hide, looked } = await enter(t)
  const objects = objectsUpTo(10)
  await lost(objects)
  for (const at of [3, 7]) hide(idAt(at))
  t.equal(
    (
      await kept.readMany(
        objects.map(({ id }) => id),
        ALL,
      )
    ).length,
    8,
  )
  t.strictSame(await kept.remove([idAt(3)]), [{ ok: true, existed: false }], 'nor would it be deleted')
  const outcomes = await kept.write(objects)
  t.strictSame(
    outcomes,
    objects.map(() => ({ ok: true })),
  )
  t.equal(
    (
      await kept.readMany(
        objects.map(({ id }) => id),
        ALL,
      )
    ).length,
    10,
  )
  t.equal((await drain(kept.read(ALL))).length, 10)
  t.strictSame(await kept.remove([idAt(3)]), [{ ok: true, existed: true }])
  const before = looked()
  await kept.write(objects)
  t.equal(looked() - before, 0, 'the next write looks nothing up')
})

t.test('only what was lost is looked up, and only what is not found is written again', async (t) => {
  const { double, kept, lost, hide, looked } = await enter(t)
  await lost([objectAt(1), objectAt(2)])
  const before = looked()
  await kept.write([objectAt(5)])
  t.equal(looked() - before, 0, 'another object')
  hide(idAt(2))
  const { objectsReceived } = double.calls
  await kept.write([objectAt(1), objectAt(2)])
  t.equal(double.calls.objectsReceived - objectsReceived, 3)
  t.equal((await kept.readMany([idAt(1), idAt(2), idAt(5)], ALL)).length, 3)
})
