import t from 'tap'
import { openMemory } from '../../lib/store/memory/store.ts'
import { overlayStore } from '../../lib/store/overlay.ts'
import type { CallOptions, Collection, Link, Projection, Range, Store } from '../../lib/store/store.ts'
import { idOf, THING, thing } from '../job/backup/archived.ts'

const SCHEMA = { ...THING, properties: [...THING.properties!, { name: 'next', dataType: ['Thing'] }] }
const WHOLE = { properties: 'all', vectors: true, references: true } as const
const beacon = (n: number) => `weaviate://localhost/Thing/${idOf(n, 5)}`
const link = (n: number, ...to: number[]): Link => ({
  id: idOf(n, 5),
  property: 'next',
  beacons: to.map(beacon),
})

async function filled() {
  const store = openMemory()
  await store.create(SCHEMA)
  await store.collection('Thing').write([0, 1, 2].map((n) => thing(n, 5)))
  await store.collection('Thing').link([link(0, 1)])
  return store
}

t.test('a store under changes looks like one that got them, and stays as it was', async (t) => {
  const [base, changed] = [await filled(), await filled()]
  const layered = await overlayStore(base, openMemory(), SCHEMA)
  const ids = [0, 1, 2, 3].map((n) => idOf(n, 5))
  for (const store of [layered, changed]) {
    const collection = store.collection('Thing')
    t.match(await collection.link([link(0, 2), link(1, 0)]), [{ ok: true }, { ok: true }])
    t.match(await collection.remove([idOf(2, 5), idOf(4, 5)]), [{ existed: true }, { existed: false }])
    await collection.write([thing(3, 5)])
    t.match(await collection.link([link(3, 1, 1)]), [{ ok: true }])
  }
  const found = async (store: typeof changed) => {
    const objects = await store.collection('Thing').readMany(ids, WHOLE)
    return objects.sort((one, other) => (one.id < other.id ? -1 : 1))
  }
  t.strictSame(await found(layered), await found(changed))
  t.strictSame(await found(base), await found(await filled()))
})

/** `target` with other members in place of its own. */
function instead<T extends object>(target: T, members: { readonly [K in keyof T]?: T[K] | undefined }): T {
  return new Proxy(target, {
    get(of, name) {
      if (Object.hasOwn(members, name)) return members[name as keyof T]
      const value: unknown = Reflect.get(of, name, of)
      return typeof value === 'function' ? value.bind(of) : value
    },
  })
}

/** A store that cannot say widths, as a server cannot; the pages, of one object each, that it gives are counted. */
function unsaying(base: Store, counts: { pages: number }): Store {
  const collection = (name: string) => {
    const below = base.collection(name)
    async function* read(projection: Projection, range?: Range, call?: CallOptions) {
      for await (const page of below.read(projection, range, call)) {
        for (const object of page) {
          counts.pages += 1
          yield [object]
        }
      }
    }
    return instead<Collection>(below, { widths: undefined, read })
  }
  return instead(base, { collection })
}

t.test(
  'a vector of another width than the base has is refused, however far behind the first one there lies',
  async (t) => {
    const base = openMemory()
    const named = { vectorizer: { none: {} }, vectorIndexType: 'hnsw' }
    const schema = { class: 'Far', properties: [], vectorConfig: { one: named, two: named, none: named } }
    await base.create(schema)
    const object = (n: number, vectors: Record<string, Float32Array>) => ({
      id: idOf(n, 60),
      properties: {},
      vectors,
    })
    await base
      .collection('Far')
      .write([
        ...Array.from({ length: 40 }, (_, n) => object(n, {})),
        object(40, { one: Float32Array.of(1, 2) }),
        ...Array.from({ length: 9 }, (_, n) => object(41 + n, {})),
        object(50, { two: Float32Array.of(1, 2, 3) }),
      ])
    const counts = { pages: 0 }
    const layered = (await overlayStore(unsaying(base, counts), openMemory(), schema)).collection('Far')
    const oks = async (...names: string[]) =>
      (await layered.write(names.map((name, n) => object(51 + n, { [name]: Float32Array.of(1, 2) })))).map(
        ({ ok }) => ok,
      )
    t.strictSame(await oks('one'), [true])
    t.equal(counts.pages, 41, 'it reads no further than it has to')
    t.strictSame(await oks('two', 'one'), [false, true])
    t.strictSame(await oks('none', 'two'), [true, false])
    t.equal(counts.pages, 41 + 51 + 51)
    await oks('none', 'one', 'two')
    t.equal(counts.pages, 41 + 51 + 51, 'and nothing again once it has read all')
  },
)
