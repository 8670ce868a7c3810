import type { Test } from 'tap'
import { drain, fails, IDS, type Open, objectAt, PROPERTIES, schemaOf, storeTest } from './world.ts'

/** Making, listing, widening and dropping collections. */
export async function collectionTests(t: Test, open: Open): Promise<void> {
  await storeTest(t, open, 'a store says what it is', async (t, { store }) => {
    t.match(store.kind, /^[a-z]+$/)
    t.ok(store.target.length > 0)
    t.ok(Number.isInteger(store.maxInFlight) && store.maxInFlight >= 1)
    const health = await store.health()
    t.ok(health.version.length > 0)
    t.ok(health.nodes.length > 0, 'it names at least one node')
    t.ok(
      (health.modules ?? []).every((module) => module.length > 0),
      'and the modules, where there are any',
    )
    t.equal(store.supports.transactions, store.transaction !== undefined)
  })

  await storeTest(
    t,
    open,
    'a collection made is listed with its count and its schema comes back',
    async (t, world) => {
      const { store } = world
      const more = { invertedIndexConfig: { indexTimestamps: true } }
      const collection = await world.make('Made', more)
      t.equal(collection.name, world.name('Made'))
      t.hasStrict(await store.schema(collection.name), schemaOf(collection.name, more), 'every key is kept')
      await collection.write([objectAt(1), objectAt(2)])
      const listed = (await store.list()).filter(({ name }) => name === collection.name)
      t.match(listed, [{ name: collection.name, objects: 2 }])
      t.ok((await store.names()).includes(collection.name))
    },
  )

  await storeTest(t, open, 'a class may have no properties', async (t, { store, name }) => {
    for (const [bare, properties] of [
      [name('Bare'), {}],
      [name('Barer'), { properties: null }],
    ] as const) {
      await store.create({ class: bare, vectorizer: 'none', ...properties })
      const collection = store.collection(bare)
      const [{ ok }] = (await collection.write([{ id: objectAt(1).id, properties: {} }])) as [{ ok: boolean }]
      t.ok(ok, JSON.stringify(properties))
      const [read] = await drain(collection.read({ properties: 'all', vectors: true, references: true }))
      t.match(read, { id: objectAt(1).id, properties: {} })
      t.ok(await store.schema(bare))
      await store.drop(bare)
    }
  })

  await storeTest(t, open, 'a handle asks nothing of the store', async (t, { store, name }) => {
    t.equal(store.collection(name('Absent')).name, name('Absent'))
    t.equal(await store.schema(name('Absent')), undefined)
  })

  await storeTest(t, open, 'a name is taken once, in whatever case', async (t, { store, name, make }) => {
    const { name: taken } = await make('Taken')
    await fails(t, () => store.create(schemaOf(taken)), 'ELYSIA_CONFLICT', 'the same name')
    await fails(t, () => store.create(schemaOf(name('TAKEN'))), 'ELYSIA_CONFLICT', 'another case')
    t.equal(await store.schema(name('TAKEN')), undefined, 'and it is found only as it was written')
    await fails(t, () => store.collection(name('TAKEN')).count(), 'ELYSIA_NOT_FOUND', 'also by a handle')
  })

  await storeTest(t, open, 'an illegal name is refused', async (t, { store, name }) => {
    const illegal = `${name('Not')}-legal`
    await fails(t, () => store.create(schemaOf(illegal)), undefined, 'a hyphen')
    t.equal(await store.schema(illegal), undefined)
  })

  await storeTest(t, open, 'a property can be added, and then written', async (t, { store, make }) => {
    const collection = await make('Wider')
    const added = { name: 'extra', dataType: ['text'], description: 'added later' }
    await store.addProperty(collection.name, added)
    const properties = (await store.schema(collection.name))?.properties ?? []
    t.equal(properties.length, PROPERTIES.length + 1)
    t.hasStrict(
      properties.find(({ name }) => name === 'extra'),
      added,
    )
    t.match(await collection.write([objectAt(1, { extra: 'kept' })]), [{ ok: true }])
    const [read] = await collection.readMany([objectAt(1).id], { properties: ['extra'], vectors: false })
    t.equal(read?.properties.extra, 'kept')
    await fails(t, () => store.addProperty(collection.name, added), 'ELYSIA_CONFLICT', 'a property twice')
  })

  await storeTest(t, open, 'dropping says whether there was anything', async (t, { store, make, name }) => {
    t.equal(await store.drop(name('Gone')), false)
    const collection = await make('Gone')
    await collection.write([objectAt(1)])
    t.equal(await store.drop(collection.name), true)
    t.equal(await store.drop(collection.name), false)
    t.equal(await store.schema(collection.name), undefined)
    const again = await make('Gone')
    t.equal(await again.count(), 0, 'made again it is empty')
    t.same(await drain(again.read(IDS)), [])
  })

  await storeTest(
    t,
    open,
    'a collection at rest has every vector in its index',
    async (t, { store, make }) => {
      const collection = await make('Indexed', { vectorIndexType: 'hnsw' })
      await collection.write([{ ...objectAt(1), vector: new Float32Array([1, 2]) }])
      const deadline = Date.now() + 10_000
      while ((await store.unindexed(collection.name)) > 0 && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      t.equal(await store.unindexed(collection.name), 0)
    },
  )
}
