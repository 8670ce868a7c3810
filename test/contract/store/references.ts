import type { Test } from 'tap'
import type { JsonObject, StoredObject } from '../../../lib/core/object.ts'
import type { Collection, Projection } from '../../../lib/store/store.ts'
import {
  ALL,
  drain,
  idAt,
  type Open,
  objectAt,
  one,
  PROPERTIES,
  plain,
  storeTest,
  type World,
} from './world.ts'

const WITH: Projection = { properties: 'all', vectors: true, references: true }
const VECTOR = { vectorIndexType: 'flat', vectorizer: 'none' }

/** Two collections: what refers, by `cites` to its own and by `mentions`, each once, to `Cited`. */
async function refer({ make, name }: World, more: JsonObject = {}): Promise<Collection> {
  await make('Cited')
  const properties = [
    ...PROPERTIES,
    { name: 'cites', dataType: [name('Refers')] },
    { name: 'mentions', dataType: [name('Cited')], disableDuplicatedReferences: true },
  ]
  return make('Refers', { properties, ...more })
}

const beacon = (collection: string, n: number) => `weaviate://localhost/${collection}/${idAt(n)}`
const link = (n: number, property: string, ...beacons: string[]) => ({ id: idAt(n), property, beacons })
const list = (...beacons: string[]) => beacons.map((one) => ({ beacon: one }))

/** References: added to objects that are there, kept as they are, and read only where asked for. */
export async function referenceTests(t: Test, open: Open): Promise<void> {
  const test = (title: string, body: (t: Test, world: World) => Promise<void>) =>
    storeTest(t, open, title, body, 'references')

  await test('references are read as they were added, also those whose object is gone', async (t, world) => {
    const refers = await refer(world, VECTOR)
    const own = (n: number) => beacon(refers.name, n)
    const vector = new Float32Array([1, 2.5, -0.1])
    await refers.write([{ ...objectAt(1), vector }, objectAt(2)])
    const links = [
      link(1, 'cites', own(2), own(99)),
      link(1, 'mentions', beacon(world.name('Cited'), 98)),
      link(2, 'cites', own(1)),
    ]
    t.same(await refers.link(links), [{ ok: true }, { ok: true }, { ok: true }])
    const cites = list(own(2), own(99))
    const mentions = list(beacon(world.name('Cited'), 98))
    const expected = [
      plain({ ...objectAt(1, { cites, mentions }), vector }),
      plain(objectAt(2, { cites: list(own(1)) })),
    ]
    const inOrder = (objects: StoredObject[]) =>
      [1, 2].map((n) => plain(objects.find(({ id }) => id === idAt(n))))
    t.same(inOrder(await drain(refers.read(WITH))), expected, 'by pages')
    t.same(inOrder(await refers.readMany([idAt(1), idAt(2)], WITH)), expected, 'by their ids')
    const some: Projection = { ...WITH, properties: ['size'] }
    const none: Projection = { ...WITH, properties: [] }
    const sized = { id: idAt(1), properties: { size: 1, cites, mentions }, vector }
    t.same(plain(await one(refers, idAt(1), some)), plain(sized), 'beside the properties asked for')
    const bare = { id: idAt(1), properties: { cites, mentions }, vector }
    t.same(plain(await one(refers, idAt(1), none)), plain(bare), 'or alone')
  })

  await test('references are left out where they are not asked for', async (t, world) => {
    const refers = await refer(world)
    await refers.write([objectAt(1)])
    t.match(await refers.link([link(1, 'cites', beacon(refers.name, 1))]), [{ ok: true }])
    t.same(plain(await one(refers, idAt(1))), plain(objectAt(1)))
    t.same((await drain(refers.read(ALL))).map(plain), [plain(objectAt(1))])
  })

  await test('a link appends, twice the same', async (t, world) => {
    const refers = await refer(world)
    const [first, second] = [beacon(refers.name, 1), beacon(refers.name, 2)]
    await refers.write([objectAt(1)])
    await refers.link([link(1, 'cites', first, second)])
    await refers.link([link(1, 'cites', first)])
    t.same((await one(refers, idAt(1), WITH))?.properties.cites, list(first, second, first))
  })

  await storeTest(
    t,
    open,
    'a link does not append the same again where the schema says once',
    async (t, world) => {
      const refers = await refer(world)
      const [cited, other] = [beacon(world.name('Cited'), 1), beacon(world.name('Cited'), 2)]
      await refers.write([objectAt(1)])
      await refers.link([link(1, 'mentions', cited)])
      await refers.link([link(1, 'mentions', cited, other)])
      t.same((await one(refers, idAt(1), WITH))?.properties.mentions, list(cited, other))
    },
    'distinctReferences',
  )

  await test('a write takes the references of the object away', async (t, world) => {
    const refers = await refer(world)
    await refers.write([objectAt(1)])
    await refers.link([link(1, 'cites', beacon(refers.name, 2))])
    await refers.write([objectAt(1, { body: 'new' })])
    t.same(plain(await one(refers, idAt(1), WITH)), plain(objectAt(1, { body: 'new' })))
  })

  await test('a wrong link is refused alone, and damages nothing', async (t, world) => {
    const refers = await refer(world)
    const good = beacon(refers.name, 2)
    await refers.write([objectAt(1), objectAt(2)])
    const outcomes = await refers.link([
      link(1, 'cites', good),
      link(99, 'cites', good),
      link(1, 'title', good),
      link(1, 'unheard_of', good),
      link(1, 'cites', 'http://example.com/'),
      link(1, 'cites', `weaviate://localhost/${refers.name}/nobody`),
      link(2, 'cites', good),
    ])
    t.match(outcomes, [
      { ok: true },
      { ok: false, reason: /not found/ },
      { ok: false, reason: /title/ },
      { ok: false, reason: /unheard_of/ },
      { ok: false, reason: /beacon/ },
      { ok: false, reason: /nobody/ },
      { ok: true },
    ])
    t.ok(
      outcomes.every(({ retryable }) => retryable !== true),
      'repeating it is of no use',
    )
    t.same(plain(await one(refers, idAt(1), WITH)), plain(objectAt(1, { cites: list(good) })))
    t.same(plain(await one(refers, idAt(2), WITH)), plain(objectAt(2, { cites: list(good) })))
    t.equal(await refers.count(), 2, 'and no object was made')
  })

  await test('references that come with an object are refused', async (t, world) => {
    const refers = await refer(world)
    const outcomes = await refers.write([
      objectAt(1, { cites: list(beacon(refers.name, 1)) }),
      objectAt(2, { cites: null }),
    ])
    t.match(outcomes, [{ ok: false, reason: /cites/ }, { ok: true }])
    t.equal(await refers.count(), 1)
  })

  await test('thousands of references keep their order', async (t, world) => {
    const refers = await refer(world)
    await refers.write([objectAt(1), objectAt(2)])
    const beacons = Array.from({ length: 2500 }, (_, n) => beacon(refers.name, n))
    t.match(await refers.link([link(1, 'cites', ...beacons), link(2, 'cites', ...beacons.slice(0, 7))]), [
      { ok: true },
      { ok: true },
    ])
    t.same((await one(refers, idAt(1), WITH))?.properties.cites, list(...beacons))
    t.same((await one(refers, idAt(2), WITH))?.properties.cites, list(...beacons.slice(0, 7)))
  })

  await test('no links: nothing to do; aborted: nothing done', async (t, world) => {
    const refers = await refer(world)
    await refers.write([objectAt(1)])
    t.same(await refers.link([]), [])
    t.match(await refers.link([link(1, 'cites')]), [{ ok: true }], 'a link without beacons')
    const reason = new Error('too late')
    const late = refers.link([link(1, 'cites', beacon(refers.name, 1))], {
      signal: AbortSignal.abort(reason),
    })
    t.equal(await late.catch((error: unknown) => error), reason)
    t.same(plain(await one(refers, idAt(1), WITH)), plain(objectAt(1)))
  })

  await test('with references or without, values and vectors are the same', async (t, world) => {
    const left = { vectorizer: { none: {} }, vectorIndexType: 'flat' }
    const refers = await refer(world, { vectorConfig: { left } })
    const values = {
      body: 'é \u0000 🦑',
      ratio: 5e-324,
      draft: false,
      tags: ['z', ''],
      changed: '2024-05-06T07:08:09.123456789+02:00',
      size: Number.MAX_SAFE_INTEGER,
    }
    const vectors = { left: new Float32Array([-0, 1.401298464324817e-45, 1 / 3]) }
    t.match(await refers.write([{ ...objectAt(1, values), vectors }]), [{ ok: true }])
    t.same(plain(await one(refers, idAt(1), WITH)), plain(await one(refers, idAt(1), ALL)))
    t.same((await drain(refers.read(WITH))).map(plain), [plain({ ...objectAt(1, values), vectors })])
  })

  await test('references of tenants are apart', async (t, world) => {
    const refers = await refer(world, { multiTenancyConfig: { enabled: true } })
    await world.store.createTenants(refers.name, ['one', 'two'])
    const own = beacon(refers.name, 1)
    await refers.write([objectAt(1)], { tenant: 'one' })
    await refers.write([objectAt(1)], { tenant: 'two' })
    t.match(await refers.link([link(1, 'cites', own)], { tenant: 'two' }), [{ ok: true }])
    t.same(plain(await one(refers, idAt(1), WITH, 'one')), plain(objectAt(1)))
    const read = await drain(refers.read(WITH, {}, { tenant: 'two' }))
    t.same(read.map(plain), [plain(objectAt(1, { cites: list(own) }))])
    t.equal(read[0]?.tenant, 'two')
  })
}
