import { setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { type EndedRequest, REQUEST_ENDED } from '../../../lib/core/channel/requests.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import type { Projection, Store } from '../../../lib/store/store.ts'
import { openWeaviate } from '../../../lib/store/weaviate/store.ts'
import {
  ALL,
  drain,
  idAt,
  objectAt,
  objectsUpTo,
  PROPERTIES,
  plain,
  schemaOf,
} from '../../contract/store/world.ts'
import { ask } from '../../double/dialogue/ask.ts'
import { type Double, type DoubleOptions, weaviateDouble } from '../../double/double.ts'

const WITH: Projection = { ...ALL, references: true }
const REFERRING = { properties: [...PROPERTIES, { name: 'cites', dataType: ['Kept'] }] }

async function enter(t: Test, as: DoubleOptions = {}): Promise<{ double: Double; store: Store }> {
  const double = await weaviateDouble(as)
  t.teardown(() => double.stop())
  const nodes = [{ http: double.http, grpc: double.grpc, grpcSecure: false }]
  const store = await openWeaviate({ nodes, target: double.http })
  t.teardown(() => store.close())
  return { double, store }
}

const made = (double: Double, call: string): number => double.calls.by[call] ?? 0

t.test('pages grow with small objects, and never beyond what a server gives', async (t) => {
  const { double, store } = await enter(t)
  await store.create(schemaOf('Kept'))
  const kept = store.collection('Kept')
  const objects = objectsUpTo(15_000)
  for (let at = 0; at < objects.length; at += 1000) await kept.write(objects.slice(at, at + 1000))
  const sizes: number[] = []
  for await (const page of kept.read(ALL)) sizes.push(page.length)
  t.equal(sizes[0], 50)
  t.ok(Math.max(...sizes) <= 128, 'they are handed on in pieces')
  t.equal(
    sizes.reduce((sum, size) => sum + size),
    objects.length,
  )
  // 50, 200, 800, 3200, 10 000, 750, and an empty one.
  t.ok(made(double, 'Search') <= 7)
})

t.test(
  'ranges of random ids are read with little beyond them, and without small pages from the second on',
  async (t) => {
    const { double, store } = await enter(t)
    await store.create(schemaOf('Kept'))
    const kept = store.collection('Kept')
    const spread = (n: number) => (Math.imul(n, 2_654_435_761) >>> 0).toString(16).padStart(8, '0')
    const objects = objectsUpTo(8000).map((object, n) => ({
      ...object,
      id: `${spread(n)}${object.id.slice(8)}`,
    }))
    for (let at = 0; at < objects.length; at += 1000) await kept.write(objects.slice(at, at + 1000))
    const read = { times: 0, bytes: 0 }
    const onEnd = (message: unknown) => {
      const { request, receivedBytes } = message as EndedRequest
      if (request.name !== 'Search' || request.server !== double.grpc) return
      read.times += 1
      read.bytes += receivedBytes
    }
    REQUEST_ENDED.subscribe(onEnd)
    t.teardown(() => REQUEST_ENDED.unsubscribe(onEnd))
    const cut = (n: number) => `${(n * 0x40000000).toString(16).padStart(8, '0')}-0000-0000-0000-000000000000`
    const ranges = [{ upTo: cut(1) }, { after: cut(1), upTo: cut(2) }, { after: cut(2), upTo: cut(3) }]
    let found = 0
    for (const range of ranges) {
      for await (const page of kept.read(ALL, range)) found += page.length
    }
    const [quarters, times] = [read.bytes, read.times]
    t.equal(found, objects.filter(({ id }) => id <= cut(3)).length)
    await drain(kept.read(ALL))
    t.ok(quarters < 0.85 * (read.bytes - quarters), `${quarters} of ${read.bytes - quarters} bytes`)
    // 50, 200, 800, 1250 and one each.
    t.ok(times <= 7, `${times} pages`)
  },
)

t.test('while a page is worked on the next one is under way, and no more', async (t) => {
  const { double, store } = await enter(t)
  await store.create(schemaOf('Kept'))
  const kept = store.collection('Kept')
  const objects = objectsUpTo(2000)
  for (let at = 0; at < objects.length; at += 1000) await kept.write(objects.slice(at, at + 1000))
  const pages = kept.read(ALL)[Symbol.asyncIterator]()
  await pages.next()
  t.equal(made(double, 'Search'), 1, 'of the first page a reader may want one object only')
  await pages.next()
  t.equal(made(double, 'Search'), 2)
  await pages.next()
  for (let tries = 0; made(double, 'Search') < 3 && tries < 100; tries++) await wait(10)
  t.equal(made(double, 'Search'), 3, 'asked for while the second is read')
  await wait(50)
  t.equal(made(double, 'Search'), 3)
  await pages.return?.()
})

t.test('pages of large objects hold a few of them', async (t) => {
  const { store } = await enter(t)
  await store.create(schemaOf('Kept'))
  const kept = store.collection('Kept')
  const body = 'x'.repeat(1_000_000)
  await kept.write(Array.from({ length: 70 }, (_, n) => objectAt(n, { body })))
  const sizes: number[] = []
  for await (const page of kept.read(ALL)) sizes.push(page.length)
  t.same(sizes, [50, 6, 6, 6, 2], 'once their size is known')
})

t.test('an int beyond 2^53 spoils no page, nor a look-up', async (t) => {
  const { double, store } = await enter(t)
  await store.create(schemaOf('Kept', { vectorIndexType: 'flat' }))
  const kept = store.collection('Kept')
  const vector = new Float32Array([1, -0, 0.1])
  await kept.write([{ ...objectAt(1), vector }, objectAt(2)])
  const large = 2 ** 60
  for (const [n, size] of [
    [3, large],
    [4, -large],
  ] as const) {
    const body = { class: 'Kept', id: idAt(n), properties: { size }, vector: [1, 2, 3] }
    t.equal((await ask(double, 'POST /v1/objects', body)).status, 200)
  }
  const rest = { vector: new Float32Array([1, 2, 3]) }
  const expected = [
    { ...objectAt(1), vector },
    objectAt(2),
    { id: idAt(3), properties: { size: large }, ...rest },
    { id: idAt(4), properties: { size: -large }, ...rest },
  ]
  const inOrder = (objects: readonly StoredObject[]) =>
    [...objects].sort((a, b) => (a.id < b.id ? -1 : 1)).map(plain)
  t.same(inOrder(await drain(kept.read(ALL))), inOrder(expected), 'by pages')
  t.same(inOrder(await kept.readMany([1, 2, 3, 4].map(idAt), ALL)), inOrder(expected), 'by ids')
  const without = await drain(kept.read({ properties: ['title'], vectors: false }))
  t.equal(without.length, 4)
})

t.test('an int beyond 2^53 spoils no page, wherever in it its object stands', async (t) => {
  const { double, store } = await enter(t)
  const ids = [1, 2, 3].map(idAt).sort()
  for (const [at, id] of ids.entries()) {
    const kept = store.collection(`Kept${at}`)
    await store.create({ ...schemaOf('Kept'), class: kept.name })
    for (const one of ids) {
      const body = { class: kept.name, id: one, properties: { size: one === id ? 2 ** 60 : at } }
      t.equal((await ask(double, 'POST /v1/objects', body)).status, 200)
    }
    const found = await drain(kept.read(ALL))
    t.same(
      found.map((object) => [object.id, object.properties.size]),
      ids.map((one) => [one, one === id ? 2 ** 60 : at]),
    )
  }
})

t.test('only references are read by REST', async (t) => {
  const { double, store } = await enter(t)
  await store.create(schemaOf('Plain'))
  await store.create(schemaOf('Kept', REFERRING))
  await store.collection('Plain').write([objectAt(1)])
  await store.collection('Kept').write([objectAt(1)])
  await drain(store.collection('Plain').read(WITH))
  await store.collection('Plain').readMany([idAt(1)], WITH)
  await drain(store.collection('Kept').read(ALL))
  t.equal(made(double, 'GET /v1/objects'), 0)
  await drain(store.collection('Kept').read(WITH))
  t.ok(made(double, 'GET /v1/objects') > 0)
})

t.test('named vectors come whole from a server whose lists lack them', async (t) => {
  const { store } = await enter(t, { version: '1.36.21' })
  const left = { vectorizer: { none: {} }, vectorIndexType: 'flat' }
  await store.create(schemaOf('Kept', { ...REFERRING, vectorConfig: { left } }))
  const kept = store.collection('Kept')
  const vectors = { left: new Float32Array([1, -0, 0.1]) }
  await kept.write([{ ...objectAt(1), vectors }, objectAt(2)])
  const beacon = `weaviate://localhost/Kept/${idAt(2)}`
  await kept.link([{ id: idAt(1), property: 'cites', beacons: [beacon] }])
  const read = await drain(kept.read(WITH))
  const cites = [{ beacon }]
  t.same(plain(read.find(({ id }) => id === idAt(1))), plain({ ...objectAt(1, { cites }), vectors }))
  t.same(plain(read.find(({ id }) => id === idAt(2))), plain(objectAt(2)))
})

t.test('references go a thousand a request', async (t) => {
  const { double, store } = await enter(t)
  await store.create(schemaOf('Kept', REFERRING))
  await store.collection('Kept').write(objectsUpTo(10))
  const beacons = Array.from({ length: 250 }, (_, n) => `weaviate://localhost/Kept/${idAt(n)}`)
  const links = Array.from({ length: 10 }, (_, n) => ({ id: idAt(n), property: 'cites', beacons }))
  t.ok((await store.collection('Kept').link(links)).every(({ ok }) => ok))
  t.equal(made(double, 'POST /v1/batch/references'), 3)
})

t.test('a property that someone else made a moment ago can be linked', async (t) => {
  const { double, store } = await enter(t)
  await store.create(schemaOf('Kept'))
  const kept = store.collection('Kept')
  await kept.write([objectAt(1)])
  const property = { name: 'cites', dataType: ['Kept'] }
  t.equal((await ask(double, 'POST /v1/schema/Kept/properties', property)).status, 200)
  const link = { id: idAt(1), property: 'cites', beacons: [`weaviate://localhost/Kept/${idAt(1)}`] }
  t.match(await kept.link([link]), [{ ok: true }])
})

t.test('tenants that take their time are waited for, a hundred a request', async (t) => {
  const { double, store } = await enter(t, { tenantMs: 150 })
  await store.create(schemaOf('Kept', { multiTenancyConfig: { enabled: true } }))
  const names = Array.from({ length: 230 }, (_, n) => `t${n}`)
  await store.createTenants('Kept', names)
  await store.setTenantStates(
    'Kept',
    names.map((name) => ({ name, state: 'inactive' })),
  )
  t.ok((await store.tenantStates('Kept')).every(({ state }) => state === 'inactive'))
  t.equal(made(double, 'PUT /v1/schema/{class}/tenants'), 3)
  await store.setTenantStates(
    'Kept',
    names.slice(0, 5).map((name) => ({ name, state: 'inactive' })),
  )
  t.equal(made(double, 'PUT /v1/schema/{class}/tenants'), 3, 'nothing is asked for what is there')
})

t.test('a store that is closed waits for no tenant', async (t) => {
  const { store } = await enter(t, { tenantMs: 60_000 })
  await store.create(schemaOf('Kept', { multiTenancyConfig: { enabled: true } }))
  await store.createTenants('Kept', ['one'])
  const waiting = store.setTenantStates('Kept', [{ name: 'one', state: 'inactive' }])
  setTimeout(() => void store.close(), 50)
  await t.rejects(waiting, { code: 'ELYSIA_STORE', message: /is closed/ })
})

t.test('what waits for the index is counted over all shards', async (t) => {
  const { double, store } = await enter(t)
  await store.create(schemaOf('Kept', { multiTenancyConfig: { enabled: true } }))
  await store.createTenants('Kept', ['one', 'two', 'three'])
  t.equal(await store.unindexed('Kept'), 0)
  for (const shard of double.collections.shards('Kept').values()) shard.queued = 7
  t.equal(await store.unindexed('Kept'), 21)
})

t.test('health names the modules', async (t) => {
  const { store } = await enter(t, { vectorizer: 'fake' })
  t.match(await store.health(), { modules: ['text2vec-fake'], nodes: [{ name: 'node1', status: 'HEALTHY' }] })
})
