import type { Test } from 'tap'
import { ElysiaError } from '../../../lib/core/errors.ts'
import { ALL, drain, fails, idAt, type Open, objectAt, storeTest, type World } from './world.ts'

const TENANTED = { multiTenancyConfig: { enabled: true } }

/** Tenants that are put away and brought back. */
export async function tenantStateTests(t: Test, open: Open): Promise<void> {
  const test = (title: string, body: (t: Test, world: World) => Promise<void>) =>
    storeTest(t, open, title, body, 'tenants')

  await test('tenants tell their states, in order of name', async (t, { store, make }) => {
    const { name } = await make('States', TENANTED)
    t.same(await store.tenantStates(name), [])
    await store.createTenants(name, ['beta', 'alpha', 'Gamma'])
    const active = ['Gamma', 'alpha', 'beta'].map((tenant) => ({ name: tenant, state: 'active' }))
    t.same(await store.tenantStates(name), active)
    await store.setTenantStates(name, [{ name: 'beta', state: 'inactive' }])
    t.same(await store.tenantStates(name), [...active.slice(0, 2), { name: 'beta', state: 'inactive' }])
    await store.createTenants(name, ['beta'])
    t.match((await store.tenantStates(name))[2], { state: 'inactive' }, 'making it again changes nothing')
    t.equal((await store.tenants(name)).length, 3)
  })

  await test('an inactive tenant cannot be read or written, and loses nothing', async (t, {
    store,
    make,
  }) => {
    const collection = await make('Asleep', TENANTED)
    await store.createTenants(collection.name, ['one', 'two'])
    const call = { tenant: 'one' }
    await collection.write([objectAt(1)], call)
    await store.setTenantStates(collection.name, [{ name: 'one', state: 'inactive' }])
    const calls: Record<string, () => Promise<unknown>> = {
      write: () => collection.write([objectAt(1)], call),
      remove: () => collection.remove([idAt(1)], call),
      readMany: () => collection.readMany([idAt(1)], ALL, call),
      read: () => drain(collection.read(ALL, {}, call)),
      count: () => collection.count(call),
    }
    for (const [title, work] of Object.entries(calls)) {
      const thrown: unknown = await work().catch((error: unknown) => error)
      t.ok(thrown instanceof ElysiaError, title)
      t.match(thrown, { code: 'ELYSIA_STORE', message: /tenant not active/, retryable: false }, title)
    }
    t.match(await collection.write([objectAt(2)], { tenant: 'two' }), [{ ok: true }], 'the other one goes on')
    await store.setTenantStates(collection.name, [{ name: 'one', state: 'active' }])
    t.equal(await collection.count(call), 1)
    t.match(await collection.write([objectAt(2)], call), [{ ok: true }], 'awake it takes objects at once')
  })

  await test('hundreds of tenants change at once', async (t, { store, make }) => {
    const { name } = await make('Hundreds', TENANTED)
    const names = Array.from({ length: 230 }, (_, n) => `t${String(n).padStart(3, '0')}`)
    await store.createTenants(name, names)
    await store.setTenantStates(
      name,
      names.map((tenant) => ({ name: tenant, state: 'inactive' })),
    )
    t.ok((await store.tenantStates(name)).every(({ state }) => state === 'inactive'))
    t.same(
      (await store.tenantStates(name)).map((tenant) => tenant.name),
      names,
    )
    await store.setTenantStates(name, [])
  })

  await test('a tenant that is not there has no state to change', async (t, { store, make }) => {
    const { name } = await make('Nobody', TENANTED)
    await store.createTenants(name, ['one'])
    const states = [
      { name: 'one', state: 'inactive' },
      { name: 'nobody', state: 'inactive' },
    ] as const
    await fails(t, () => store.setTenantStates(name, states), 'ELYSIA_NOT_FOUND', 'nobody')
    t.same(await store.tenantStates(name), [{ name: 'one', state: 'active' }], 'and none was changed')
    const plain = await make('Plain')
    await fails(t, () => store.tenantStates(plain.name), 'ELYSIA_STORE', 'no tenants at all')
    await fails(t, () => store.setTenantStates(plain.name, []), 'ELYSIA_STORE', 'nor states')
  })
}
