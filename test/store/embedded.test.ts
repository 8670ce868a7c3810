import t from 'tap'
import { openMemory } from '../../lib/store/memory/store.ts'
import { openSqlite } from '../../lib/store/sqlite/store.ts'
import type { Store } from '../../lib/store/store.ts'
import { ALL, fails, IDS, objectAt, one, schemaOf } from '../contract/store/world.ts'

const STORES: Readonly<Record<string, () => Promise<Store>>> = {
  memory: async () => openMemory(),
  sqlite: () => openSqlite(':memory:'),
}
const TIMED = { ...IDS, times: true }

for (const [kind, open] of Object.entries(STORES)) {
  t.test(`times that come with an object are kept (${kind})`, async (t) => {
    const store = await open()
    t.teardown(() => store.close())
    await store.create(schemaOf('Docs'))
    const docs = store.collection('Docs')
    const dated = { ...objectAt(1), createdMs: 1_000, updatedMs: 2_000 }
    await docs.write([dated, { ...objectAt(2), updatedMs: 3_000 }])
    t.match(await one(docs, objectAt(1).id, TIMED), { createdMs: 1_000, updatedMs: 2_000 })
    t.match(await one(docs, objectAt(2).id, TIMED), { createdMs: 3_000, updatedMs: 3_000 }, 'no later made')
    await docs.write([objectAt(1)])
    const replaced = await one(docs, objectAt(1).id, TIMED)
    t.equal(replaced?.createdMs, 1_000, 'a replaced object was made when it was')
    t.ok(replaced!.updatedMs! > 2_000)
    await docs.write([{ ...dated, createdMs: 500 }])
    t.match(await one(docs, objectAt(1).id, TIMED), { createdMs: 500, updatedMs: 2_000 }, 'unless told')
  })

  t.test(`an offloaded tenant cannot be read, and comes back (${kind})`, async (t) => {
    const store = await open()
    t.teardown(() => store.close())
    await store.create(schemaOf('Docs', { multiTenancyConfig: { enabled: true } }))
    await store.createTenants('Docs', ['one'])
    const call = { tenant: 'one' }
    const docs = store.collection('Docs')
    await docs.write([objectAt(1)], call)
    await store.setTenantStates('Docs', [{ name: 'one', state: 'offloaded' }])
    t.same(await store.tenantStates('Docs'), [{ name: 'one', state: 'offloaded' }])
    await fails(t, () => docs.readMany([objectAt(1).id], ALL, call), 'ELYSIA_STORE', 'a look-up')
    await fails(t, () => docs.link([], call), 'ELYSIA_STORE', 'a link')
    await store.setTenantStates('Docs', [{ name: 'one', state: 'active' }])
    t.equal(await docs.count(call), 1)
  })
}
