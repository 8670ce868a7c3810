import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { WeaviateOptions } from '../../../lib/store/weaviate/options.ts'
import { openWeaviate } from '../../../lib/store/weaviate/store.ts'
import { idAt, objectAt, schemaOf } from '../../contract/store/world.ts'
import { type Double, weaviateDouble } from '../../double/double.ts'

/** Two nodes of one cluster, and a store over both with a collection in it. */
async function cluster(t: Test, options: Partial<WeaviateOptions> = {}) {
  const first = await weaviateDouble()
  const second = await weaviateDouble({ dataOf: first })
  t.teardown(() => Promise.all([first.stop(), second.stop()]))
  const open = async () => {
    const store = await openWeaviate({ nodes: nodesOf(first, second), target: 'two', ...options })
    t.teardown(() => store.close())
    return store
  }
  const store = await open()
  await store.create(schemaOf('Kept'))
  return { first, second, store, kept: store.collection('Kept'), open }
}

const nodesOf = (...doubles: readonly Double[]) =>
  doubles.map(({ http, grpc }) => ({ http, grpc, grpcSecure: false }))
const batches = ({ calls }: Double) => calls.by.BatchObjects ?? 0

t.test('calls go to the nodes in turn', async (t) => {
  const { first, second, kept } = await cluster(t)
  const before = [batches(first), batches(second)] as const
  for (let n = 0; n < 10; n++) await kept.write([objectAt(n)])
  t.equal(batches(first) - before[0] + batches(second) - before[1], 10)
  t.ok(batches(first) - before[0] >= 4 && batches(second) - before[1] >= 4)
})

t.test('a node that is gone is passed over, and no call fails', async (t) => {
  const { first, second, kept } = await cluster(t)
  await first.faults.refuse()
  for (let n = 0; n < 10; n++) t.match(await kept.write([objectAt(n)]), [{ ok: true }])
  t.equal(await kept.count(), 10)
  t.equal(second.objects('Kept').length, 10)
})

t.test('only when every node is gone is the store unreachable, and each node is named', async (t) => {
  const { first, second, kept } = await cluster(t)
  await kept.count()
  await Promise.all([first.faults.refuse(), second.faults.refuse()])
  const thrown = await kept.write([objectAt(1)]).catch((error: unknown) => error)
  t.match(thrown, { code: 'ELYSIA_UNREACHABLE', retryable: true })
  for (const { http } of [first, second]) t.ok((thrown as Error).message.includes(http), http)
  await second.faults.accept()
  t.match(await kept.write([objectAt(1)]), [{ ok: true }], 'one that is back is taken at once')
  t.match(await kept.remove([idAt(1)]), [{ existed: true }])
})

t.test('a store opens while one of its nodes is away', async (t) => {
  const { first, open } = await cluster(t)
  await first.faults.refuse()
  const store = await open()
  t.match(await store.collection('Kept').write([objectAt(1)]), [{ ok: true }])
})

t.test('a call that ran out of time is not made again elsewhere: the caller decides', async (t) => {
  const { first, second, kept } = await cluster(t, { timeoutMs: 150 })
  await kept.count()
  const before = batches(first) + batches(second)
  for (const { faults } of [first, second]) faults.inject({ fault: 'hang', on: 'BatchObjects' })
  await t.rejects(kept.write([objectAt(1)]), { code: 'ELYSIA_UNREACHABLE', message: /0\.15 s/ })
  t.equal(batches(first) + batches(second) - before, 1)
})

t.test('a slow node gets as many calls as it answers, and the other one the rest', async (t) => {
  const { first, second, kept } = await cluster(t)
  first.faults.inject({ fault: 'delay', on: 'BatchObjects', ms: 200 })
  const before = batches(second)
  await Promise.all(Array.from({ length: 40 }, (_, n) => kept.write([objectAt(n)])))
  t.equal(first.objects('Kept').length, 40)
  t.ok(batches(second) - before >= 30, `${batches(second) - before} of 40 calls went to the quick one`)
})

t.test('a node that was set aside is tried again once it is ready, and gets its share', async (t) => {
  const { first, kept } = await cluster(t)
  await first.faults.refuse()
  for (let n = 0; n < 4; n++) await kept.write([objectAt(n)])
  await first.faults.accept()
  const before = batches(first)
  for (let n = 0; n < 4; n++) await kept.write([objectAt(n)])
  t.equal(batches(first), before, 'for some seconds it is left alone')
  await sleep(5_100)
  for (let n = 0; n < 4; n++) t.match(await kept.write([objectAt(n)]), [{ ok: true }])
  t.ok(batches(first) - before >= 2)
})
