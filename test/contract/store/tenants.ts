import type { Test } from 'tap'
import { ALL, drain, fails, IDS, idAt, type Open, objectAt, one, plain, sorted, storeTest } from './world.ts'

const TENANTED = { multiTenancyConfig: { enabled: true } }

/** Tenants: apart from one another, and named in every call. */
export async function tenantTests(t: Test, open: Open): Promise<void> {
  await storeTest(
    t,
    open,
    'tenants are made once and listed',
    async (t, { store, make }) => {
      const { name } = await make('Made', TENANTED)
      t.same(await store.tenants(name), [])
      await store.createTenants(name, ['beta', 'alpha'])
      await store.createTenants(name, ['alpha', 'gamma-3_x'])
      await store.createTenants(name, [])
      t.same(sorted(await store.tenants(name)), ['alpha', 'beta', 'gamma-3_x'])
      const listed = (await store.list()).find((summary) => summary.name === name)
      t.equal(listed?.tenants, 3)
    },
    'tenants',
  )

  await storeTest(
    t,
    open,
    'tenants are removed with all that they hold, and start again',
    async (t, { store, make }) => {
      const collection = await make('Removed', TENANTED)
      await store.createTenants(collection.name, ['one', 'two'])
      for (const tenant of ['one', 'two']) await collection.write([objectAt(1)], { tenant })
      await store.dropTenants(collection.name, ['one', 'none'])
      t.same(await store.tenants(collection.name), ['two'])
      t.equal(await collection.count({ tenant: 'two' }), 1)
      await fails(t, () => collection.count({ tenant: 'one' }), 'ELYSIA_NOT_FOUND', 'what is gone')
      await store.createTenants(collection.name, ['one'])
      t.equal(await collection.count({ tenant: 'one' }), 0)
    },
    'tenants',
  )

  await storeTest(
    t,
    open,
    'what is in one tenant is not in another',
    async (t, { store, make }) => {
      const collection = await make('Apart', TENANTED)
      await store.createTenants(collection.name, ['one', 'two'])
      const first = objectAt(1, { body: 'first' })
      t.match(await collection.write([first, objectAt(2)], { tenant: 'one' }), [{ ok: true }, { ok: true }])
      t.match(await collection.write([objectAt(1, { body: 'other' })], { tenant: 'two' }), [{ ok: true }])
      t.equal(await collection.count({ tenant: 'one' }), 2)
      t.equal(await collection.count({ tenant: 'two' }), 1)
      const read = await drain(collection.read(ALL, {}, { tenant: 'two' }))
      t.same(read.map(plain), [plain(objectAt(1, { body: 'other' }))])
      t.equal(read[0]?.tenant, 'two', 'an object says its tenant')
      t.match(await collection.remove([idAt(1), idAt(2)], { tenant: 'two' }), [
        { existed: true },
        { existed: false },
      ])
      t.same(plain(await one(collection, idAt(1), ALL, 'one')), plain(first))
      t.equal(await one(collection, idAt(1), ALL, 'two'), undefined)
      const ids = (await drain(collection.read(IDS, {}, { tenant: 'one' }))).map(({ id }) => id)
      t.same(ids, sorted([idAt(1), idAt(2)]))
    },
    'tenants',
  )

  await storeTest(
    t,
    open,
    'a call must name a tenant where there are tenants, and only there',
    async (t, { store, make }) => {
      const tenanted = await make('With', TENANTED)
      const whole = await make('Without')
      await store.createTenants(tenanted.name, ['one'])
      await fails(t, () => tenanted.write([objectAt(1)]), 'ELYSIA_STORE', 'a write without')
      await fails(t, () => tenanted.remove([idAt(1)]), 'ELYSIA_STORE', 'a removal without')
      await fails(t, () => tenanted.readMany([idAt(1)], ALL), 'ELYSIA_STORE', 'a look-up without')
      await fails(t, () => drain(tenanted.read(ALL)), 'ELYSIA_STORE', 'a read without')
      await fails(t, () => tenanted.count(), 'ELYSIA_STORE', 'a count without')
      await fails(t, () => whole.write([objectAt(1)], { tenant: 'one' }), 'ELYSIA_STORE', 'a write with')
      await fails(t, () => whole.count({ tenant: 'one' }), 'ELYSIA_STORE', 'a count with')
      await fails(t, () => store.createTenants(whole.name, ['one']), 'ELYSIA_STORE', 'making one')
    },
    'tenants',
  )

  await storeTest(
    t,
    open,
    'an unknown tenant is not made by writing',
    async (t, { store, make }) => {
      const collection = await make('Unknown', TENANTED)
      await store.createTenants(collection.name, ['one'])
      const call = { tenant: 'nobody' }
      await fails(t, () => collection.write([objectAt(1)], call), 'ELYSIA_NOT_FOUND', 'a write')
      await fails(t, () => collection.readMany([idAt(1)], ALL, call), 'ELYSIA_NOT_FOUND', 'a look-up')
      await fails(t, () => drain(collection.read(ALL, {}, call)), 'ELYSIA_NOT_FOUND', 'a read')
      await fails(t, () => collection.count(call), 'ELYSIA_NOT_FOUND', 'a count')
      t.same(await store.tenants(collection.name), ['one'])
    },
    'tenants',
  )
}
