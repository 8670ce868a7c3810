// A connection that breaks is no server that is gone: the rest goes on, and what was lost is repeated at once.
import t, { type Test } from 'tap'
import { type Retry, retrying } from '../../../../lib/async/retry.ts'
import { openWeaviate } from '../../../../lib/store/weaviate/store.ts'
import { ALL, drain, objectAt, objectsUpTo, schemaOf } from '../../../contract/store/world.ts'
import { weaviateDouble } from '../../../double/double.ts'

const CALLS = 16

async function enter(t: Test) {
  const double = await weaviateDouble()
  const second = await weaviateDouble({ dataOf: double })
  t.teardown(() => Promise.all([double.stop(), second.stop()]))
  const nodes = [double, second].map(({ http, grpc }) => ({ http, grpc, grpcSecure: false }))
  const open = async (count = 1) => {
    const store = await openWeaviate({ nodes: nodes.slice(0, count), target: 'kept', maxInFlight: CALLS })
    t.teardown(() => store.close())
    return store.collection('Kept')
  }
  const maker = await openWeaviate({ nodes, target: 'kept' })
  await maker.create(schemaOf('Kept'))
  await maker.close()
  return { double, second, open }
}

t.test('of many writes in flight a connection that breaks loses only some', async (t) => {
  const { double, open } = await enter(t)
  const kept = await open()
  double.faults.inject({ fault: 'delay', ms: 100, on: 'BatchObjects' })
  const writeAll = () =>
    Promise.allSettled(Array.from({ length: CALLS }, (_, n) => kept.write([objectAt(n)])))
  for (const { status } of await writeAll()) t.equal(status, 'fulfilled', 'connections are opened meanwhile')
  double.faults.inject({ fault: 'reset', when: 'before', on: 'BatchObjects', count: 1 })
  const lost = (await writeAll()).filter(({ status }) => status === 'rejected')
  t.ok(lost.length >= 1 && lost.length <= CALLS / 4, `${lost.length} of ${CALLS} are lost`)
  for (const { status } of await writeAll()) t.equal(status, 'fulfilled')
})

t.test('of several readers one goes on where its connection broke, the others do not notice', async (t) => {
  const { double, open } = await enter(t)
  const kept = await open()
  await kept.write(objectsUpTo(400))
  const readAll = () => Promise.allSettled(Array.from({ length: 4 }, () => drain(kept.read(ALL))))
  double.faults.inject({ fault: 'delay', ms: 20, on: 'Search' })
  await readAll()
  double.faults.inject({ fault: 'reset', when: 'before', on: 'Search', count: 1 })
  const ended = await readAll()
  t.equal(ended.filter(({ status }) => status === 'rejected').length, 1)
})

t.test('what a broken connection lost is repeated at once, and then with waits', async (t) => {
  const { double, open } = await enter(t)
  const kept = await open()
  const retries: Retry[] = []
  const retry = retrying({ forMs: 30_000, minMs: 300, onRetry: (one) => retries.push(one) })
  double.faults.inject({ fault: 'reset', when: 'after', on: 'BatchObjects', count: 2 })
  t.match(await retry(() => kept.write([objectAt(1)])), [{ ok: true }])
  t.equal(retries.length, 2, 'each of them is told')
  t.equal(retries[0]!.waitMs, 0)
  t.ok(retries[1]!.waitMs >= 300, `${retries[1]!.waitMs} ms`)
})

t.test(
  'what one node may have written before it broke off is looked up, though another has written it',
  async (t) => {
    const { double, second, open } = await enter(t)
    const kept = await open(2)
    const lookUps = () => (double.calls.by.Search ?? 0) + (second.calls.by.Search ?? 0)
    double.faults.inject({ fault: 'reset', when: 'after', on: 'BatchObjects', count: 1 })
    const before = lookUps()
    for (let tries = 0; tries < 2; tries++) t.match(await kept.write([objectAt(5)]), [{ ok: true }])
    t.equal(lookUps() - before, 1, 'once')
  },
)
