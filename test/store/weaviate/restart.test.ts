import { setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { retrying } from '../../../lib/async/retry.ts'
import type { WeaviateOptions } from '../../../lib/store/weaviate/options.ts'
import { openWeaviate } from '../../../lib/store/weaviate/store.ts'
import { ALL, drain, idAt, objectAt, objectsUpTo, schemaOf } from '../../contract/store/world.ts'
import { weaviateDouble } from '../../double/double.ts'

async function enter(t: Test, input: Partial<WeaviateOptions> = {}) {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  const nodes = [{ http: double.http, grpc: double.grpc, grpcSecure: false }]
  const store = await openWeaviate({ nodes, target: double.http, ...input })
  t.teardown(() => store.close())
  await store.create(schemaOf('Kept'))
  const kept = store.collection('Kept')
  await kept.write(objectsUpTo(120))
  // For so long a node is believed to be as ready as it was: less than a restart takes.
  await wait(250)
  return { double, store, kept, open: () => openWeaviate({ nodes, target: double.http }) }
}

type Work = () => Promise<unknown>

const AWAY = { code: 'ELYSIA_UNREACHABLE', retryable: true, message: /is not ready: it answers 503/ }

t.test('a server that begins does not know its collections yet: that is no news of them', async (t) => {
  const { double, store, kept, open } = await enter(t)
  // Its layout is known, so that the first call that meets the beginning is one by gRPC.
  double.faults.loading(true)
  await t.rejects(kept.write([objectAt(1)]), AWAY, 'a write')
  await t.rejects(drain(kept.read(ALL)), AWAY, 'a read')
  await t.rejects(kept.readMany([idAt(1)], ALL), AWAY, 'a look-up')
  await t.rejects(kept.remove([idAt(1)]), AWAY, 'a removal')
  await t.rejects(kept.count(), AWAY, 'a count')
  await t.rejects(store.schema('Kept'), AWAY, 'a schema, by REST')
  await t.rejects(store.list(), AWAY, 'and a list is not taken to be empty')
  await t.rejects(store.aliases(), AWAY, 'nor are aliases')
  const other = await open()
  t.teardown(() => other.close())
  await t.rejects(other.collection('Kept').count(), AWAY, 'by one that comes only now')
  double.faults.loading(false)
  t.equal(await kept.count(), 120)
  t.equal((await other.list()).length, 1)
})

t.test('what waits for a server that begins goes on when it is ready', async (t) => {
  const { double, kept } = await enter(t)
  double.faults.loading(true)
  const waits: string[] = []
  const retry = retrying({ forMs: 30_000, minMs: 20, onRetry: ({ error }) => void waits.push(error.message) })
  const written = retry(() => kept.write([objectAt(500)]))
  while (waits.length < 2) await wait(10)
  double.faults.loading(false)
  t.match(await written, [{ ok: true }])
  t.equal(await kept.count(), 121)
})

t.test('after a connection that was lost the next call waits for a server that is ready', async (t) => {
  const { double, kept } = await enter(t)
  double.faults.inject({ fault: 'reset', when: 'before', on: 'BatchObjects', count: 1 })
  await t.rejects(kept.write([objectAt(1)]), { code: 'ELYSIA_UNREACHABLE', retryable: true })
  double.faults.loading(true)
  const before = double.calls.by.BatchObjects
  await t.rejects(kept.write([objectAt(1)]), AWAY)
  t.equal(double.calls.by.BatchObjects, before, 'it was not asked to write')
  double.faults.loading(false)
  t.match(await kept.write([objectAt(1)]), [{ ok: true }])
})

t.test('a collection that a ready server does not have is not waited for', async (t) => {
  const { double, store, kept } = await enter(t)
  const gone = store.collection('Gone')
  const works: Work[] = [() => gone.count(), () => gone.write([objectAt(1)]), () => drain(gone.read(ALL))]
  for (const work of works) {
    await t.rejects(work(), { code: 'ELYSIA_NOT_FOUND', retryable: false })
  }
  await kept.count()
  double.collections.dropClass('Kept')
  await t.rejects(
    kept.count(),
    { code: 'ELYSIA_NOT_FOUND', retryable: false },
    'also where its layout was known',
  )
})

const LATER: readonly (readonly [code: 'UNKNOWN' | 'RESOURCE_EXHAUSTED' | 'ABORTED', text: string])[] = [
  ['UNKNOWN', 'explorer: list class: search: object search at index kept: no read replica found'],
  ['UNKNOWN', 'aggregate: no nodes reported object count for shard "DBhU3jdMQzQ6"'],
  ['UNKNOWN', 'could not resolve hostname for local node "node-2": class "Kept" shard "DBhU3jdMQzQ6"'],
  ['UNKNOWN', 'tried to browse non-existing index for Kept'],
  ['UNKNOWN', 'import into non-existing index for Kept'],
  ['RESOURCE_EXHAUSTED', 'rate limit exceeded'],
  ['RESOURCE_EXHAUSTED', 'Bandwidth exhausted or memory limit exceeded'],
  ['ABORTED', 'aborted'],
]

for (const [code, text] of LATER) {
  t.test(`${code} "${text}" is worth repeating`, async (t) => {
    const { double, kept } = await enter(t)
    double.faults.inject({ fault: 'status', code, text })
    const works: Work[] = [
      () => kept.write([objectAt(1)]),
      () => drain(kept.read(ALL)),
      () => kept.remove([idAt(1)]),
      () => kept.count(),
    ]
    for (const work of works) {
      const thrown = await work().catch((error: unknown) => error)
      t.match(thrown, { retryable: true })
    }
  })
}

t.test('a limit of the instance that is used up, or a size, is not repeated', async (t) => {
  const { double, kept } = await enter(t)
  const texts = [
    'objects count limit of 1000 reached for this instance.',
    'grpc: received message larger than max (9 vs. 8)',
  ]
  for (const text of texts) {
    const heal = double.faults.inject({
      fault: 'status',
      code: 'RESOURCE_EXHAUSTED',
      text,
      on: 'BatchDelete',
    })
    await t.rejects(kept.remove([idAt(1)]), { code: 'ELYSIA_STORE', retryable: false })
    heal()
  }
})

t.test('a wrong port is told at once, and not waited for', async (t) => {
  const { double } = await enter(t)
  const plain = (url: string) => url.replace('http://', '')
  const opening = (http: string, grpc: string) =>
    openWeaviate({ nodes: [{ http, grpc, grpcSecure: false }], target: http })
  const final = { code: 'ELYSIA_UNREACHABLE', retryable: false }
  await t.rejects(
    opening(double.http, plain(double.http)),
    { ...final, hint: /\?grpc=/ },
    'REST where gRPC should be',
  )
  await t.rejects(opening(double.http, '127.0.0.1:1'), {
    ...final,
    message: /which is ready.*ECONNREFUSED/,
    hint: /\?grpc=/,
  })
  await t.rejects(
    opening(`http://${double.grpc}`, double.grpc),
    { ...final, hint: /something else answers/ },
    'gRPC where REST should be',
  )
})
