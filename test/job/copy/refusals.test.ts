// What could only fail later, or do harm, is refused before anything is written.
import { symlinkSync } from 'node:fs'
import t, { type Test } from 'tap'
import { copy } from '../../../lib/job/copy/copy.ts'
import { openStore } from '../../../lib/store/open.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { parseTarget } from '../../../lib/store/target.ts'
import type { Double } from '../../double/double.ts'
import { weaviateDouble } from '../../double/double.ts'
import { THING, thing, things } from '../backup/archived.ts'
import { changedStore } from '../changed.ts'
import { directory } from '../targets.ts'

const at = (store: Store, name = 'Thing') => ({ store, name })

async function server(t: Test, address = (one: Double) => one.target) {
  const double = await weaviateDouble()
  const store = await openStore(parseTarget(address(double)))
  t.teardown(async () => {
    await store.close()
    await double.stop()
  })
  return { double, store }
}

t.test('a collection is not copied into itself, nor into the same store by another address', async (t) => {
  const { double, store } = await server(t)
  await store.create(THING)
  await store.collection('Thing').write([thing(1)])
  const { http, grpc } = double.ports
  const other = await openStore(parseTarget(`http://localhost:${http}?grpc=localhost:${grpc}`))
  t.teardown(() => other.close())
  t.not(other.target, store.target)
  await t.rejects(copy(at(store), at(store)), { code: 'ELYSIA_CONFLICT', message: /is the source itself/ })
  await t.rejects(copy(at(store), at(other)), { code: 'ELYSIA_CONFLICT', message: /is the source itself/ })
  await t.rejects(copy(at(store), at(other, 'Copy')), {
    code: 'ELYSIA_CONFLICT',
    message: /are the same store/,
  })
  t.match(await copy(at(store), at(store, 'Copy')), { written: 1 }, 'within a store that is named twice')
  const { store: another } = await server(t)
  t.match(await copy(at(store), at(another)), { written: 1 }, 'another server of the same kind')
  t.match(await copy(at(store), at(another), { sync: true, undo: false }), { unchanged: 1 })
})

t.test('a file is the same store under another name', async (t) => {
  const home = directory(t)
  const one = await openSqlite(`${home}/store.db`)
  await one.create(THING)
  symlinkSync(home, `${home}/again`)
  const other = await openSqlite(`${home}/again/store.db`)
  t.teardown(async () => {
    await one.close()
    await other.close()
  })
  await t.rejects(copy(at(one), at(other)), { code: 'ELYSIA_CONFLICT' })
})

/** What the server says of itself: a fact, and how it is refused. */
const OBSTACLES = [
  {
    what: 'a schema that is not the same on all nodes',
    on: 'GET /v1/cluster/statistics',
    body: { statistics: [], synchronized: false },
    refused: { code: 'ELYSIA_CONFLICT', message: /its schema is not the same on all nodes/ },
  },
  {
    what: 'a node that takes no writes',
    on: 'GET /v1/nodes',
    body: { nodes: [{ name: 'node1', status: 'HEALTHY', operationalMode: 'ReadOnly' }] },
    refused: { code: 'ELYSIA_CONFLICT', message: /its node node1 is read-only/ },
  },
  {
    what: 'a shard that takes no writes',
    on: 'GET /v1/schema/{class}/shards',
    body: [{ name: 'double', status: 'READONLY' }],
    refused: { code: 'ELYSIA_CONFLICT', message: /the shard double of Thing is read-only/ },
  },
  {
    what: 'a key without the rights',
    on: 'GET /v1/users/own-info',
    body: {
      username: 'user',
      roles: [
        {
          name: 'reader',
          permissions: [
            { action: 'read_collections', collections: { collection: '*' } },
            { action: 'read_data', data: { collection: 'Th*', tenant: '*', object: '*' } },
            { action: 'create_data', data: { collection: 'Thin', tenant: '*', object: '*' } },
          ],
        },
      ],
    },
    refused: {
      code: 'ELYSIA_REFUSED',
      message:
        /the key lacks the right to create_data, update_data, create_collections, update_collections on Thing/,
    },
  },
]

for (const { what, on, body, refused } of OBSTACLES) {
  t.test(`a target with ${what} is refused`, async (t) => {
    const { double, store } = await server(t)
    const isThere = on.includes('/schema/')
    if (isThere) await store.create(THING)
    double.faults.inject({ fault: 'lie', on, answer: () => ({ status: 200, body }) })
    const options = { sync: isThere, undo: false }
    await t.rejects(copy(at(await things(3)), at(store), options), refused)
    double.faults.clear()
    t.equal(double.calls.objectsReceived, 0)
    t.equal((await store.schema('Thing')) !== undefined, isThere, 'nothing was made')
  })
}

t.test('a clock that is more than a minute off is refused, on either side', async (t) => {
  const source = await things(3)
  const [late, good] = [61_000, 59_000].map((ms) =>
    changedStore(source, () => ({}), { clockDifferenceMs: async () => ms }),
  )
  await t.rejects(copy(at(late!), at(source, 'Copy')), { code: 'ELYSIA_CONFLICT', message: /61 s apart/ })
  await t.rejects(copy(at(source), at(late!, 'Copy')), { code: 'ELYSIA_CONFLICT' })
  t.match(await copy(at(source), at(good!, 'Copy')), { written: 3 })
})
