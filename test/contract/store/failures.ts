import type { Test } from 'tap'
import { ALL, drain, fails, idAt, type Open, objectAt, schemaOf, storeTest } from './world.ts'

/** Calls that cannot succeed say so with a code. */
export async function failureTests(t: Test, open: Open): Promise<void> {
  await storeTest(t, open, 'an unknown collection is not found', async (t, { store, name }) => {
    const missing = name('Missing')
    const collection = store.collection(missing)
    const property = { name: 'extra', dataType: ['text'] }
    await fails(t, () => collection.write([objectAt(1)]), 'ELYSIA_NOT_FOUND', 'a write')
    await fails(t, () => collection.remove([idAt(1)]), 'ELYSIA_NOT_FOUND', 'a removal')
    await fails(t, () => collection.readMany([idAt(1)], ALL), 'ELYSIA_NOT_FOUND', 'a look-up')
    await fails(t, () => drain(collection.read(ALL)), 'ELYSIA_NOT_FOUND', 'a read')
    await fails(t, () => collection.count(), 'ELYSIA_NOT_FOUND', 'a count')
    await fails(t, () => store.addProperty(missing, property), 'ELYSIA_NOT_FOUND', 'a new property')
    await fails(t, () => store.tenants(missing), 'ELYSIA_NOT_FOUND', 'its tenants')
    await fails(t, () => store.createTenants(missing, ['one']), 'ELYSIA_NOT_FOUND', 'new tenants')
    await fails(t, () => store.tenantStates(missing), 'ELYSIA_NOT_FOUND', 'the states of its tenants')
    const states = [{ name: 'one', state: 'inactive' }] as const
    await fails(t, () => store.setTenantStates(missing, states), 'ELYSIA_NOT_FOUND', 'other states')
    const link = { id: idAt(1), property: 'cites', beacons: [] }
    await fails(t, () => collection.link([link]), 'ELYSIA_NOT_FOUND', 'a link')
    await fails(t, () => store.unindexed(missing), 'ELYSIA_NOT_FOUND', 'its index')
    t.equal(await store.schema(missing), undefined, 'and none was made')
  })

  await storeTest(
    t,
    open,
    'a closed store answers with an error, not with nothing',
    async (t, { store, make, name }) => {
      const { store: second } = await open(t)
      const collection = second.collection((await make('Closed')).name)
      await second.close()
      await second.close()
      await fails(t, () => collection.write([objectAt(1)]), undefined, 'a write')
      await fails(t, () => collection.readMany([idAt(1)], ALL), undefined, 'a look-up')
      await fails(t, () => drain(collection.read(ALL)), undefined, 'a read')
      await fails(t, () => collection.count(), undefined, 'a count')
      await fails(t, () => second.list(), undefined, 'a list')
      const link = { id: idAt(1), property: 'cites', beacons: [] }
      await fails(t, () => collection.link([link]), undefined, 'a link')
      await fails(t, () => second.aliases(), undefined, 'its aliases')
      await fails(t, () => second.unindexed(collection.name), undefined, 'its index')
      await fails(t, () => second.tenantStates(collection.name), undefined, 'states of tenants')
      await fails(t, () => second.schema('Any'), undefined, 'a schema')
      await fails(t, () => second.create(schemaOf(name('Late'))), undefined, 'a creation')
      await fails(t, () => second.drop('Any'), undefined, 'a drop')
      await fails(t, () => second.health(), undefined, 'its health')
      t.not(await store.schema(name('Closed')), undefined, 'another store is not touched by it')
    },
  )
}
