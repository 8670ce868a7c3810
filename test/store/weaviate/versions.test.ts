import t, { type Test } from 'tap'
import { isAtLeastMinor } from '../../../lib/core/value/version.ts'
import { CAPABILITIES, featuresOf, OLDEST_MINOR } from '../../../lib/store/weaviate/cluster/capabilities.ts'
import { openWeaviate } from '../../../lib/store/weaviate/store.ts'
import { objectAt, schemaOf } from '../../contract/store/world.ts'
import { storeContract } from '../../contract/store.ts'
import { weaviateDouble } from '../../double/double.ts'

async function enter(t: Test, ...versions: string[]) {
  const first = await weaviateDouble({ version: versions[0]! })
  const others = await Promise.all(
    versions.slice(1).map((version) => weaviateDouble({ version, dataOf: first })),
  )
  const doubles = [first, ...others]
  t.teardown(() => Promise.all(doubles.map((double) => double.stop())))
  const nodes = doubles.map(({ http, grpc }) => ({ http, grpc, grpcSecure: false }))
  const store = await openWeaviate({ nodes, target: first.http })
  t.teardown(() => store.close())
  return { double: first, store }
}

t.test('a version has what came with it and before', async (t) => {
  for (const [name, { since }] of Object.entries(CAPABILITIES)) {
    const has = (version: string) => featuresOf(version)[name as keyof typeof CAPABILITIES]
    t.strictSame(
      [`1.${since - 1}.9`, `1.${since}.0`, `1.${since}.0-rc.1`, `1.${since + 1}.2`, '2.0.0'].map(has),
      [false, true, true, true, true],
      name,
    )
    t.ok(since > OLDEST_MINOR)
  }
  t.notOk(isAtLeastMinor('0.99.0', OLDEST_MINOR))
})

t.test('a server that is too old is refused at once, by its version', async (t) => {
  const double = await weaviateDouble({ version: '1.26.14' })
  t.teardown(() => double.stop())
  const nodes = [{ http: double.http, grpc: double.grpc, grpcSecure: false }]
  const refused = { code: 'ELYSIA_STORE', retryable: false, message: /1\.26\.14: 1\.27 or newer is needed/ }
  await t.rejects(openWeaviate({ nodes, target: double.http }), refused)
})

t.test('of several nodes the oldest says what the cluster can do', async (t) => {
  const { store } = await enter(t, '1.39.0', '1.28.2')
  t.match(store.supports, { multiVectors: false, aliases: false, distinctReferences: false })
  t.match(await store.health(), { version: '1.28.2' })
})

t.test('what an old server lacks is refused by name, and not kept as something else', async (t) => {
  const { double, store } = await enter(t, '1.27.0')
  const multi = {
    vectorizer: { none: {} },
    vectorIndexType: 'hnsw',
    vectorIndexConfig: { multivector: { enabled: true } },
  }
  await t.rejects(store.create(schemaOf('Multi', { vectorConfig: { rows: multi } })), {
    code: 'ELYSIA_CONFLICT',
    message: /1\.27\.0, which has no multi-vectors: rows of Multi/,
  })
  await t.rejects(store.createAlias({ alias: 'Other', collection: 'Kept' }), { message: /has no aliases/ })
  await t.rejects(store.moveAlias({ alias: 'Other', collection: 'Kept' }), { message: /has no aliases/ })
  t.strictSame(await store.aliases(), [])
  await store.create(schemaOf('Kept'))
  const rows = [new Float32Array([1, 2]), new Float32Array([3, 4])]
  const [outcome] = await store.collection('Kept').write([{ ...objectAt(1), vectors: { default: rows } }])
  t.match(outcome, { ok: false, reason: /Weaviate 1\.27\.0 has no multi-vectors/ })
  t.equal(double.objects('Kept').length, 0)
})

await storeContract(
  t,
  async (t) => {
    const { store } = await enter(t, '1.27.0')
    return { store, prefix: 'T' }
  },
  { label: 'Weaviate 1.27, by its double,', amounts: { many: 300, sequences: 8 } },
)
