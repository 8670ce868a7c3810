// An increment of a class with several copies of each object: a page may come from a copy that missed writes.
import t from 'tap'
import { openStore } from '../../../../lib/store/open.ts'
import type { Collection, Projection, Store } from '../../../../lib/store/store.ts'
import { parseTarget } from '../../../../lib/store/target.ts'
import { weaviateDouble } from '../../../double/double.ts'
import { idOf, THING, thing } from '../archived.ts'
import { digestIn, digestOf, later, night } from './increment.ts'

const COUNT = 120
const all = Array.from({ length: COUNT }, (_, n) => thing(n, COUNT))

/** A store that notes how whole objects are read. */
function noting(store: Store, ways: { pages: number; ids: number }): Store {
  const collection = (name: string): Collection => {
    const own = store.collection(name)
    return Object.assign(Object.create(own), {
      async *read(projection: Projection, ...rest: []) {
        for await (const page of own.read(projection, ...rest)) {
          if (projection.properties === 'all') ways.pages += page.length
          yield page
        }
      },
      readMany: async (ids: readonly string[], projection: Projection, ...rest: []) => {
        if (projection.properties === 'all') ways.ids += ids.length
        return own.readMany(ids, projection, ...rest)
      },
      count: own.count.bind(own),
    })
  }
  return new Proxy(store, {
    get: (target, key) => {
      if (key === 'collection') return collection
      if (key === 'clockDifferenceMs') return async () => 0
      const value = Reflect.get(target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

for (const [factor, how] of [
  [1, 'page by page'],
  [3, 'by id, which asks a quorum'],
] as const) {
  t.test(`with ${factor} copies, what may have changed is read ${how}`, async (t) => {
    const double = await weaviateDouble()
    const store = await openStore(parseTarget(double.target))
    t.teardown(async () => {
      await store.close()
      await double.stop()
    })
    await store.create({ ...THING, replicationConfig: { factor } })
    const collection = store.collection('Thing')
    await collection.write(all)
    const ways = { pages: 0, ids: 0 }
    const noted = noting(store, ways)
    const base = await later(await night(noted))
    const changed = all.slice(0, 100)
    await collection.write(changed.map((one, n) => ({ ...thing(n + 500), id: one.id })))
    await collection.remove([idOf(110, COUNT)])
    Object.assign(ways, { pages: 0, ids: 0 })
    const chain = await night(noted, base)
    t.equal(chain.newest.manifest.totals.objects, changed.length)
    t.equal(await digestIn(chain), await digestOf(collection))
    if (factor === 1) t.match(ways, { ids: 0 })
    else t.match(ways, { pages: 0, ids: changed.length })
  })
}
