import t from 'tap'
import { callTimeoutMs, openStore } from '../../lib/store/open.ts'
import { parseTarget } from '../../lib/store/target.ts'
import { schemaOf } from '../contract/store/world.ts'
import { weaviateDouble } from '../double/double.ts'

t.test('a call may take as long as calls are repeated, from 10 s to 60 s', async (t) => {
  t.equal(callTimeoutMs(), 60_000, 'where nothing is repeated')
  t.equal(callTimeoutMs(0), 60_000)
  t.equal(callTimeoutMs(1), 10_000)
  t.equal(callTimeoutMs(30_000), 30_000)
  t.equal(callTimeoutMs(120_000), 60_000)
})

t.test('a call that hangs ends with the time that was asked for', async (t) => {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  const store = await openStore(parseTarget(double.target), {}, { retryForMs: 1 })
  t.teardown(() => store.close())
  await store.create(schemaOf('Kept'))
  double.faults.inject({ fault: 'hang', on: 'Aggregate' })
  const startedMs = performance.now()
  t.match(
    await store
      .collection('Kept')
      .count()
      .catch((error) => error),
    {
      code: 'ELYSIA_UNREACHABLE',
      message: /no answer within 10 s/,
    },
  )
  t.ok(performance.now() - startedMs < 30_000)
})
