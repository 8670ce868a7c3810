// What an increment reads, what it holds, and when there is none.
import t, { type Test } from 'tap'
import type { Chain } from '../../../../lib/archive/chain/chain.ts'
import type { RunEvent } from '../../../../lib/run/event/schema.ts'
import { openStore } from '../../../../lib/store/open.ts'
import type { Collection, Projection, Store } from '../../../../lib/store/store.ts'
import { parseTarget } from '../../../../lib/store/target.ts'
import { weaviateDouble } from '../../../double/double.ts'
import { TARGETS } from '../../targets.ts'
import { idOf, THING, thing } from '../archived.ts'
import { digestIn, digestOf, later, night } from './increment.ts'

const COUNT = 700
const all = Array.from({ length: COUNT }, (_, n) => thing(n, COUNT))

async function server(t: Test): Promise<Store> {
  const double = await weaviateDouble()
  const store = await openStore(parseTarget(double.target))
  t.teardown(async () => {
    await store.close()
    await double.stop()
  })
  return store
}

async function filled(t: Test, store: Store): Promise<Collection> {
  await store.create(THING)
  const collection = store.collection('Thing')
  await collection.write(all)
  t.equal(await collection.count(), COUNT)
  return collection
}

/** A store that counts the objects that it gives whole. */
function counting(store: Store) {
  const counts = { whole: 0 }
  const isWhole = ({ properties }: Projection) => properties === 'all'
  const collection = (name: string): Collection => {
    const own = store.collection(name)
    return Object.assign(Object.create(own), {
      async *read(projection: Projection, ...rest: []) {
        for await (const page of own.read(projection, ...rest)) {
          if (isWhole(projection)) counts.whole += page.length
          yield page
        }
      },
      async readMany(ids: readonly string[], projection: Projection, ...rest: []) {
        if (isWhole(projection)) counts.whole += ids.length
        return own.readMany(ids, projection, ...rest)
      },
      count: own.count.bind(own),
    })
  }
  return { counts, store: Object.assign(Object.create(store), { collection }) as Store }
}

/** Its clock is that of this machine, to the millisecond. */
const bind = (store: Store): Store =>
  new Proxy(store, {
    get: (target, key) => {
      if (key === 'clockDifferenceMs') return async () => 0
      const value = Reflect.get(target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })

function held(chain: Chain) {
  const { totals, index = [] } = chain.newest.manifest
  const sum = (key: 'entries' | 'removed') => index.reduce((all, one) => all + one[key], 0)
  return { objects: totals.objects, entries: sum('entries'), removed: sum('removed') }
}

t.test('of a server only what may have changed is read whole', async (t) => {
  const store = bind(await server(t))
  const collection = await filled(t, store)
  const base = await later(await night(store))
  await collection.write([{ ...thing(7), id: idOf(3, COUNT) }, thing(COUNT * 2, COUNT * 2)])
  await collection.remove([idOf(5, COUNT)])
  const counted = counting(store)
  const chain = await night(counted.store, base, { compression: 'none' })
  t.strictSame(held(chain), { objects: 2, entries: 3, removed: 1 })
  t.equal(counted.counts.whole, 2)
  t.equal(await digestIn(chain), await digestOf(collection))
  const scanned = counting(store)
  await night(scanned.store, base, { compression: 'none', fullScan: true })
  t.equal(scanned.counts.whole, COUNT, '--full-scan reads all')
})

t.test('what was written shortly before the scan of the base is read, whatever its time says', async (t) => {
  const store = bind(await server(t))
  await filled(t, store)
  const base = await night(store)
  const counted = counting(store)
  t.strictSame(held(await night(counted.store, base, { compression: 'none' })), {
    objects: 0,
    entries: 0,
    removed: 0,
  })
  t.equal(counted.counts.whole, COUNT)
})

t.test('what was written again as it was is no change, and is not read a second time', async (t) => {
  const store = bind(await server(t))
  const collection = await filled(t, store)
  const base = await later(await night(store))
  await collection.write(all.slice(0, 10))
  const next = await night(store, base)
  t.strictSame(held(next), { objects: 0, entries: 10, removed: 0 }, 'the index has the new times')
  const counted = counting(store)
  await night(counted.store, await later(next), { compression: 'none' })
  t.equal(counted.counts.whole, 0)
})

t.test(
  'in an embedded store, an older version that comes back with a newer one’s time is found',
  async (t) => {
    const store = await TARGETS.sqlite(t)
    const collection = await filled(t, store)
    const at = { updatedMs: 1_700_000_000_000, createdMs: 1_600_000_000_000 }
    await collection.write([{ ...thing(1, COUNT), ...at }])
    const base = await later(await night(store))
    await collection.write([{ ...thing(2), id: idOf(1, COUNT), ...at }])
    const chain = await night(store, base)
    t.equal(held(chain).objects, 1)
    t.equal(await digestIn(chain), await digestOf(collection))
  },
)

t.test('--prove finds that update times cannot be relied on, and a full archive is made', async (t) => {
  const store = bind(await server(t))
  const collection = await filled(t, store)
  const base = await later(await night(store))
  const proved: RunEvent[] = []
  const whole = await night(store, base, { prove: '100%' }, { onEvent: (event) => proved.push(event) })
  t.equal(whole.newest.manifest.kind, 'incremental')
  t.match(
    proved.find(({ type }) => type === 'unchanged_proved'),
    { objects: COUNT },
  )
  const times = { properties: [], vectors: false, times: true }
  const [old] = await collection.readMany([idOf(4, COUNT)], times)
  await collection.write([{ ...thing(9), id: idOf(4, COUNT) }])
  const lying = withOldTime(store, idOf(4, COUNT), old!.updatedMs!)
  t.equal(held(await night(lying, base)).objects, 0, 'without a proof it is not seen')
  const events: RunEvent[] = []
  const full = await night(lying, base, { prove: '100%' }, { onEvent: (event) => events.push(event) })
  t.match(
    events.find(({ type }) => type === 'times_disproved'),
    { id: idOf(4, COUNT) },
  )
  t.notOk(full.newest.manifest.kind)
  t.equal(full.newest.manifest.totals.objects, COUNT)
})

/** A store in which a write of one object does not raise its time. */
function withOldTime(store: Store, id: string, updatedMs: number): Store {
  const collection = (name: string): Collection => {
    const own = store.collection(name)
    const lie = <O extends { readonly id: string }>(object: O): O =>
      object.id === id ? { ...object, updatedMs } : object
    return Object.assign(Object.create(own), {
      count: own.count.bind(own),
      async *read(...asked: Parameters<Collection['read']>) {
        for await (const page of own.read(...asked)) yield page.map(lie)
      },
      readMany: async (...asked: Parameters<Collection['readMany']>) =>
        (await own.readMany(...asked)).map(lie),
    })
  }
  return bind(Object.assign(Object.create(store), { collection }))
}

t.test('a collection that shrank, or is empty, is no increment, unless that is allowed', async (t) => {
  const store = await TARGETS.memory()
  const collection = await filled(t, store)
  const base = await night(store)
  await collection.remove(all.slice(0, COUNT * 0.5).map(({ id }) => id))
  t.equal(held(await night(store, base)).removed, COUNT * 0.5, 'half of it may be gone')
  await collection.remove([all[COUNT - 1]!.id])
  await t.rejects(night(store, base), {
    code: 'ELYSIA_INCOMPLETE',
    message:
      '351 of 700 objects of Thing are gone since the base, more than 50%: this is not a complete backup',
  })
  await collection.write(Array.from({ length: COUNT }, (_, n) => thing(n, COUNT * 7)))
  await t.rejects(
    night(store, base, { maxVanished: '10%' }),
    { code: 'ELYSIA_INCOMPLETE' },
    'whatever came instead',
  )
  await collection.remove(await idsIn(collection))
  await t.rejects(night(store, base, { maxVanished: '100%' }), {
    code: 'ELYSIA_INCOMPLETE',
    message: /is empty/,
  })
  const empty = await night(store, base, { allowShrink: true })
  t.match(empty.newest.manifest.state, { objects: 0 })
  t.equal(await digestIn(empty), await digestOf(collection))
})

t.test('objects of a tenant that is gone are gone, however many came in another one', async (t) => {
  const store = await TARGETS.memory()
  const make = async (tenants: readonly string[]) => {
    await store.create({ ...THING, multiTenancyConfig: { enabled: true } })
    await store.createTenants('Thing', [...tenants])
    for (const tenant of tenants) await store.collection('Thing').write(all.slice(0, 50), { tenant })
  }
  await make(['a', 'b'])
  const base = await night(store)
  await store.drop('Thing')
  await make(['b', 'c', 'd'])
  await t.rejects(night(store, base, { maxVanished: '49%' }), {
    code: 'ELYSIA_INCOMPLETE',
    message: /^50 of 100 objects of Thing are gone since the base/,
  })
  const chain = await night(store, base, { maxVanished: '50%' })
  t.equal(chain.newest.manifest.state?.objects, 150)
})

async function idsIn(collection: Collection): Promise<string[]> {
  const ids: string[] = []
  for await (const page of collection.read({ properties: [], vectors: false }))
    ids.push(...page.map(({ id }) => id))
  return ids
}

t.test('a chain that no reader would take any more is not made longer', async (t) => {
  const store = await TARGETS.memory()
  await filled(t, store)
  const { newest } = await night(store)
  const longest = { links: Array.from({ length: 1000 }, () => newest), newest }
  await t.rejects(night(store, longest), {
    code: 'ELYSIA_CONFLICT',
    message: /has 999 bases, and none may have more/,
    hint: /--full/,
  })
})

t.test('an increment of something else than the base is refused, and nothing is written', async (t) => {
  const store = await TARGETS.memory()
  await filled(t, store)
  const base = await night(store)
  const refused = (input: Parameters<typeof night>[2], message: RegExp) =>
    t.rejects(night(store, base, input), { code: 'ELYSIA_CONFLICT', message })
  await refused({ vectors: false }, /made with another --no-vectors/)
  await refused({ filter: 'count > 5' }, /holds all objects, not where count > 5/)
  await refused({ schemaOnly: true }, /another --schema-only/)
  await store.addProperty('Thing', { name: 'more', dataType: ['text'] })
  await refused({}, /the schema of Thing has changed since .*more/)
  const filtered = await night(store, undefined, { filter: 'count > 5' })
  await t.rejects(night(store, filtered), {
    code: 'ELYSIA_CONFLICT',
    message: /holds where count > 5, not all/,
  })
})

t.test('an object that a filter does not choose any more is gone from the increment', async (t) => {
  const store = bind(await server(t))
  const collection = await filled(t, store)
  const filter = 'count >= 100'
  const base = await later(await night(store, undefined, { filter }))
  t.equal(base.newest.manifest.totals.objects, COUNT - 100)
  await collection.write([
    { ...thing(3), id: idOf(500, COUNT) },
    { ...thing(600), id: idOf(3, COUNT) },
  ])
  const counted = counting(store)
  const chain = await night(counted.store, base, { filter, compression: 'none' })
  t.strictSame(held(chain), { objects: 1, entries: 2, removed: 1 })
  t.equal(counted.counts.whole, 2, 'what the filter left out before is not read again')
})

t.test('what was gone and is there again with an old time, as of a restored server, is found', async (t) => {
  const store = bind(await server(t))
  const collection = await filled(t, store)
  const filter = 'count >= 0'
  const before = await later(await night(store, undefined, { filter }))
  await collection.remove([idOf(5, COUNT)])
  const base = await later(await night(store, before, { filter }))
  await collection.write([thing(5, COUNT)])
  const chain = await night(aged(store, idOf(5, COUNT)), base, { filter, compression: 'none' })
  t.strictSame(held(chain), { objects: 1, entries: 1, removed: 0 })
  t.equal(await digestIn(chain), await digestOf(collection))
})

/** A store that has an old update time for one object. */
function aged(store: Store, old: string): Store {
  const collection = (name: string): Collection => {
    const own = store.collection(name)
    return Object.assign(Object.create(own), {
      async *read(...asked: Parameters<Collection['read']>) {
        for await (const page of own.read(...asked))
          yield page.map((object) =>
            object.id === old ? { ...object, updatedMs: 1_700_000_000_000 } : object,
          )
      },
      readMany: own.readMany.bind(own),
      count: own.count.bind(own),
    })
  }
  return Object.assign(Object.create(store), { collection }) as Store
}

t.test('where the clock was not measured when the base was made, times prove nothing', async (t) => {
  const store = bind(await server(t))
  await filled(t, store)
  const { links, newest } = await later(await night(store))
  const { clock_difference_ms: _, ...manifest } = newest.manifest
  const unmeasured = { ...newest, manifest }
  const counted = counting(store)
  await night(counted.store, { links: [...links.slice(0, -1), unmeasured], newest: unmeasured })
  t.equal(counted.counts.whole, COUNT)
})

t.test('tenants come, go, and come back; references are compared as well', async (t) => {
  const store = bind(await server(t))
  await store.create({ class: 'Other', vectorizer: 'none', properties: [] })
  const ref = { name: 'about', dataType: ['Other'] }
  await store.create({
    ...THING,
    properties: [...THING.properties!, ref],
    multiTenancyConfig: { enabled: true },
  })
  const collection = store.collection('Thing')
  await store.createTenants('Thing', ['a', 'b'])
  for (const tenant of ['a', 'b']) await collection.write(all.slice(0, 20), { tenant })
  const base = await later(await night(store))
  await store.collection('Other').write([{ id: '00000000-0000-4000-8000-000000000001', properties: {} }])
  const beacons = ['weaviate://localhost/Other/00000000-0000-4000-8000-000000000001']
  await collection.link([{ id: all[3]!.id, property: 'about', beacons }], { tenant: 'a' })
  await store.setTenantStates('Thing', [{ name: 'b', state: 'inactive' }])
  await store.createTenants('Thing', ['c'])
  await collection.write(all.slice(0, 3), { tenant: 'c' })
  const chain = await night(store, base)
  t.strictSame(held(chain), { objects: 4, entries: 4, removed: 0 }, 'one of a, three of c')
  t.strictSame(await store.tenantStates('Thing').then((all) => all.map(({ state }) => state)), [
    'active',
    'inactive',
    'active',
  ])
  t.equal(chain.newest.manifest.state?.objects, 43)
})
