import type { Test } from 'tap'
import type { JsonObject, StoredObject } from '../../../lib/core/object.ts'
import { ALL, drain, idAt, type Open, one, plain, storeTest } from './world.ts'

const DENORMAL = 1.401298464324817e-45
const LARGEST = 3.4028234663852886e38
const EUCLIDEAN = { distance: 'l2-squared' }
const SINGLE = { vectorIndexType: 'hnsw', vectorIndexConfig: EUCLIDEAN }

const named = (config: JsonObject = {}): JsonObject => ({
  vectorizer: { none: {} },
  vectorIndexType: 'hnsw',
  vectorIndexConfig: { ...EUCLIDEAN, ...config },
})

const NAMED = { vectorConfig: { left: named(), right: named() } }
const MULTI = {
  vectorConfig: { single: named(), colbert: named({ distance: 'dot', multivector: { enabled: true } }) },
}

const holding = (n: number, more: Partial<StoredObject>): StoredObject => ({
  id: idAt(n),
  properties: { title: `title ${n}` },
  ...more,
})

/** Vectors are kept bit for bit, beside the properties, and of one width. */
export async function vectorTests(t: Test, open: Open): Promise<void> {
  await storeTest(
    t,
    open,
    'an unnamed vector is kept bit for bit',
    async (t, { make }) => {
      const collection = await make('Unnamed', SINGLE)
      const objects = [
        holding(1, { vector: new Float32Array([0, -0, DENORMAL, 0.1]) }),
        holding(2, { vector: new Float32Array([1 / 3, -1e-20, 123456.789, LARGEST / 1e20]) }),
        holding(3, {}),
      ]
      t.ok((await collection.write(objects)).every(({ ok }) => ok))
      for (const object of objects) t.same(plain(await one(collection, object.id)), plain(object))
      const paged = new Map((await drain(collection.read(ALL))).map((object) => [object.id, plain(object)]))
      t.same(paged, new Map(objects.map((object) => [object.id, plain(object)])), 'by pages too')
      const without = await one(collection, idAt(1), { properties: 'all', vectors: false })
      t.same(plain(without), plain(holding(1, {})), 'and left out when not asked for')
      const alone = await one(collection, idAt(1), { properties: [], vectors: true })
      t.same(plain(alone), plain({ ...objects[0]!, properties: {} }), 'or read alone')
    },
    'vectors',
  )

  await storeTest(
    t,
    open,
    'a store that can say widths says those of all vectors that were ever written',
    async (t, { make }) => {
      const collection = await make('Widths', MULTI)
      if (collection.widths === undefined) {
        t.pass('it cannot')
        return
      }
      t.same(await collection.widths(), new Map())
      const single = new Float32Array(3)
      const colbert = [new Float32Array(2), new Float32Array(2)]
      await collection.write([holding(1, { vectors: { single } }), holding(2, { vectors: { colbert } })])
      await collection.remove([idAt(1)])
      const expected = new Map([
        ['colbert', 2],
        ['single', 3],
      ])
      t.same(await collection.widths(), expected)
      const unnamed = await make('UnnamedWidth', SINGLE)
      await unnamed.write([holding(1, { vector: single })])
      t.same(await unnamed.widths!(), new Map([['', 3]]))
    },
    'multiVectors',
  )

  await storeTest(
    t,
    open,
    'a vector is a copy, and gone when the object is replaced without',
    async (t, { make }) => {
      const collection = await make('Replaced', SINGLE)
      const wide = new Float32Array([9, 1, 2, 3, 9])
      const vector = wide.subarray(1, 4)
      await collection.write([holding(1, { vector })])
      wide.fill(7)
      const expected = holding(1, { vector: new Float32Array([1, 2, 3]) })
      t.same(plain(await one(collection, idAt(1))), plain(expected))
      await collection.write([holding(1, {})])
      t.same(plain(await one(collection, idAt(1))), plain(holding(1, {})))
    },
    'vectors',
  )

  await storeTest(
    t,
    open,
    'a vector of another length is refused alone',
    async (t, { make }) => {
      const collection = await make('Width', SINGLE)
      t.match(await collection.write([holding(1, { vector: new Float32Array([1, 2, 3]) })]), [{ ok: true }])
      const outcomes = await collection.write([
        holding(2, { vector: new Float32Array([1, 2, 4]) }),
        holding(3, { vector: new Float32Array([1, 2]) }),
        holding(4, {}),
      ])
      t.match(outcomes, [{ ok: true }, { ok: false, reason: /length 2\b.*length 3\b/ }, { ok: true }])
      t.equal(await one(collection, idAt(3)), undefined, 'nothing of it is stored')
      t.equal(await collection.count(), 3)
    },
    'vectors',
  )

  await storeTest(
    t,
    open,
    'named vectors are kept bit for bit, each of its own width',
    async (t, { make }) => {
      const collection = await make('Named', NAMED)
      const objects = [
        holding(1, {
          vectors: { left: new Float32Array([-0, DENORMAL]), right: new Float32Array([1, 2, 3]) },
        }),
        holding(2, { vectors: { right: new Float32Array([0.1, 0.2, 0.3]) } }),
        holding(3, {}),
      ]
      t.ok((await collection.write(objects)).every(({ ok }) => ok))
      for (const object of objects) t.same(plain(await one(collection, object.id)), plain(object))
      const outcomes = await collection.write([
        holding(4, { vectors: { middle: new Float32Array([1]) } }),
        holding(5, { vectors: { left: new Float32Array([1, 2, 3]) } }),
      ])
      t.match(outcomes, [
        { ok: false, reason: /middle/ },
        { ok: false, reason: /length 3\b.*length 2\b/ },
      ])
      t.equal(await collection.count(), 3)
    },
    'namedVectors',
  )

  await storeTest(
    t,
    open,
    'several vectors under one name are kept bit for bit',
    async (t, { make }) => {
      const collection = await make('Multi', MULTI)
      const rows = [new Float32Array([1, 0.1]), new Float32Array([-0, DENORMAL]), new Float32Array([3, 4])]
      const objects = [
        holding(1, { vectors: { colbert: rows, single: new Float32Array([1, 2, 3]) } }),
        holding(2, { vectors: { colbert: rows.slice(0, 1) } }),
      ]
      t.ok((await collection.write(objects)).every(({ ok }) => ok))
      for (const object of objects) t.same(plain(await one(collection, object.id)), plain(object))
    },
    'multiVectors',
  )

  await storeTest(
    t,
    open,
    'a class has an unnamed vector and named ones beside it, and each is kept',
    async (t, { make }) => {
      const collection = await make('Mixed', { ...SINGLE, ...MULTI })
      const objects = [
        holding(1, { vector: new Float32Array([1, 0.1]), vectors: { single: new Float32Array([1, 2, 3]) } }),
        holding(2, { vector: new Float32Array([-0, 2]) }),
        holding(3, { vectors: { colbert: [new Float32Array([3, 4])] } }),
      ]
      t.ok((await collection.write(objects)).every(({ ok }) => ok))
      for (const object of objects) t.same(plain(await one(collection, object.id)), plain(object))
    },
    'mixedVectors',
  )
}
