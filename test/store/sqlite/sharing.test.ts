import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { ALL, drain, fails, idAt, objectAt, objectsUpTo, one, schemaOf } from '../../contract/store/world.ts'

const directory = t.testdir()
let files = 0

async function opened(t: Test, path = join(directory, `${++files}.db`)) {
  const store = await openSqlite(path, { busyTimeoutMs: 50 })
  t.teardown(() => store.close())
  if ((await store.schema('Docs')) === undefined) await store.create(schemaOf('Docs'))
  return { path, store, docs: store.collection('Docs') }
}

t.test("the caller's own tables commit and roll back with the objects", async (t) => {
  const { store, docs } = await opened(t)
  store.database.exec('CREATE TABLE checkpoints (line INTEGER)')
  const insert = store.database.prepare('INSERT INTO checkpoints VALUES (?)')
  const lines = store.database.prepare('SELECT line FROM checkpoints').pluck()
  await store.transaction(async () => {
    await docs.write([objectAt(1)])
    insert.run(1)
  })
  const failing = store.transaction(async () => {
    await docs.write([objectAt(2)])
    insert.run(2)
    throw new Error('crash')
  })
  await t.rejects(failing, { message: 'crash' })
  t.same(lines.all(), [1])
  t.equal(await docs.count(), 1)
})

t.test('a call from outside waits for the transaction, and is not rolled back with it', async (t) => {
  const { store, docs } = await opened(t)
  const inside = Promise.withResolvers<void>()
  const end = Promise.withResolvers<void>()
  const failing = store.transaction(async () => {
    await docs.write([objectAt(1)])
    inside.resolve()
    await end.promise
    throw new Error('crash')
  })
  await inside.promise
  const outside = [docs.write([objectAt(2)]), docs.count()]
  const next = store.transaction(() => docs.write([objectAt(3)]))
  end.resolve()
  await t.rejects(failing, { message: 'crash' })
  t.match(await Promise.all([...outside, next]), [[{ ok: true }], Number, [{ ok: true }]])
  t.same(await one(docs, idAt(1)), undefined)
  t.equal(await docs.count(), 2)
})

t.test('what a transaction made and a rollback undid is not remembered', async (t) => {
  const { store, docs } = await opened(t)
  await store.create(schemaOf('Vectors'))
  const vectors = store.collection('Vectors')
  const undone = store.transaction(async () => {
    await store.create(schemaOf('Inside'))
    await store.collection('Inside').write([objectAt(1)])
    await store.addProperty('Docs', { name: 'extra', dataType: ['text'] })
    await docs.write([objectAt(1, { extra: 'x' })])
    await vectors.write([{ ...objectAt(1), vector: new Float32Array(3) }])
    throw new Error('undo')
  })
  await t.rejects(undone, { message: 'undo' })
  await fails(t, () => store.collection('Inside').count(), 'ELYSIA_NOT_FOUND', 'the collection')
  t.match(await docs.write([objectAt(1, { extra: 'x' })]), [{ ok: false, reason: /extra/ }])
  t.match(await vectors.write([{ ...objectAt(1), vector: new Float32Array(5) }]), [{ ok: true }])
})

t.test('what another connection changed is seen', async (t) => {
  const { path, store, docs } = await opened(t)
  const other = await opened(t, path)
  await docs.write([objectAt(1)])
  t.equal(await other.docs.count(), 1)
  await other.store.addProperty('Docs', { name: 'extra', dataType: ['text'] })
  t.match(await docs.write([objectAt(2, { extra: 'x' })]), [{ ok: true }], 'a property')
  await other.store.drop('Docs')
  await fails(t, () => docs.count(), 'ELYSIA_NOT_FOUND', 'a drop')
  await other.store.create(schemaOf('Docs', { multiTenancyConfig: { enabled: true } }))
  await other.store.createTenants('Docs', ['one'])
  t.match(await docs.write([objectAt(3)], { tenant: 'one' }), [{ ok: true }], 'one made again, with tenants')
  t.same(await store.tenants('Docs'), ['one'])
})

t.test('the width of vectors outlives the connection, each tenant has its own', async (t) => {
  const { path, store } = await opened(t)
  await store.create(schemaOf('Wide', { multiTenancyConfig: { enabled: true } }))
  await store.createTenants('Wide', ['one', 'two'])
  const wide = (width: number) => [{ ...objectAt(width), vector: new Float32Array(width) }]
  await store.collection('Wide').write(wide(3), { tenant: 'one' })
  const again = (await opened(t, path)).store.collection('Wide')
  t.match(await again.write(wide(4), { tenant: 'one' }), [{ ok: false, reason: /length 4.*length 3/ }])
  t.match(await again.write(wide(4), { tenant: 'two' }), [{ ok: true }])
})

t.test('a page of large objects is short, so that reading stays small', async (t) => {
  const { docs } = await opened(t)
  const body = 'x'.repeat(1024 * 1024)
  for (let n = 0; n < 24; n += 4) await docs.write([0, 1, 2, 3].map((more) => objectAt(n + more, { body })))
  const sizes: number[] = []
  for await (const page of docs.read(ALL)) sizes.push(page.length)
  t.same(sizes, [8, 8, 8], 'eight megabytes each')
})

t.test('ids that no uuid is are refused as bounds, rather than hiding what is there', async (t) => {
  const { docs } = await opened(t)
  await fails(t, () => drain(docs.read(ALL, { after: 'zzz' })), 'ELYSIA_USAGE', 'after')
  await fails(t, () => drain(docs.read(ALL, { upTo: 'ABC' })), 'ELYSIA_USAGE', 'upTo')
})

t.test('a hash that is not text is read as it was written', async (t) => {
  const { store } = await opened(t)
  await store.create({ class: 'Numbers', properties: [{ name: 'record_hash', dataType: ['int'] }] })
  const numbers = store.collection('Numbers')
  await numbers.write([{ id: idAt(1), properties: { record_hash: 5 } }])
  const hashes = await numbers.readMany([idAt(1)], { properties: ['record_hash'], vectors: false })
  t.same(hashes, [{ id: idAt(1), properties: { record_hash: 5 } }])
})

t.test('an id asked for twice is found once', async (t) => {
  const { docs } = await opened(t)
  await docs.write(objectsUpTo(3))
  t.equal((await docs.readMany([idAt(1), idAt(1), idAt(2)], ALL)).length, 2)
})

t.test('a store whose last work cannot be committed says so, and is closed', async (t) => {
  const { store, docs } = await opened(t)
  await store.transaction(async () => void (await docs.write([objectAt(1)])), { shared: true })
  store.database.exec('ROLLBACK')
  await t.rejects(store.close(), { code: 'ELYSIA_STORE', message: /no transaction is active/ })
  t.equal(store.database.open, false)
})
