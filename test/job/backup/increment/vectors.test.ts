// Vectors in increments: unnamed, named, several of one object, bit for bit, whatever their bits say.
import t from 'tap'
import type { Chain } from '../../../../lib/archive/chain/chain.ts'
import type { StoredObject } from '../../../../lib/core/object.ts'
import type { CollectionSchema } from '../../../../lib/core/schema.ts'
import { restore } from '../../../../lib/job/restore/restore.ts'
import { chainSource } from '../../../../lib/job/restore/source/chain.ts'
import { openMemory } from '../../../../lib/store/memory/store.ts'
import { objectsOf } from '../../restore/restored.ts'
import { TARGETS } from '../../targets.ts'
import { idOf } from '../archived.ts'
import { night } from './increment.ts'

const none = { vectorizer: { none: {} }, vectorIndexType: 'hnsw' }

const SCHEMA: CollectionSchema = {
  class: 'Thing',
  properties: [{ name: 'title', dataType: ['text'] }],
  vectorConfig: {
    title: none,
    other: none,
    tokens: { ...none, vectorIndexConfig: { multivector: { enabled: true } } },
  },
}

/** What a decimal text, or a sum, would lose: -0, the smallest and the largest float, the nearest to one. */
const BITS = Float32Array.of(-0, 1.4e-45, 3.4028234663852886e38, 1 + 2 ** -23)

function object(n: number, shift = 0): StoredObject {
  const vector = BITS.map((bits, at) => (at === 3 ? bits + (n + shift) * 2 ** -20 : bits))
  return {
    id: idOf(n),
    properties: { title: `thing ${n}` },
    vectors: {
      title: vector,
      ...(n % 2 === 0 && { other: Float32Array.of(n, -0) }),
      tokens: Array.from({ length: 1 + ((n + shift) % 3) }, () => vector),
    },
  }
}

/** Vectors as their bytes: -0 is not 0. */
function bytesOf(objects: readonly StoredObject[]) {
  const hex = (vector: Float32Array) => Buffer.from(vector.slice().buffer).toString('hex')
  return objects.map(({ id, properties, vectors = {} }) => ({
    id,
    properties,
    vectors: Object.entries(vectors)
      .map(([name, vector]) => [name, vector instanceof Float32Array ? hex(vector) : vector.map(hex)])
      .sort(),
  }))
}

for (const [name, open] of Object.entries(TARGETS)) {
  for (const format of ['jsonl', 'parquet'] as const) {
    t.test(`named and multi-vectors of ${name} come back from increments (${format})`, async (t) => {
      const options = { format, allowMissingVectors: true } as const
      const store = await open(t)
      await store.create(SCHEMA)
      const collection = store.collection('Thing')
      await collection.write(Array.from({ length: 30 }, (_, n) => object(n)))
      let chain: Chain = await night(store, undefined, options)
      // Only a vector, one bit of it; only how many there are; a vector that comes, and one that goes.
      await collection.write([object(1, 2 ** -3), object(2, 1)])
      await collection.write([
        { ...object(3), vectors: { ...object(3).vectors, other: Float32Array.of(1, 2) } },
      ])
      chain = await night(store, chain, options)
      t.equal(chain.newest.manifest.totals.objects, 3)
      const { other: _, ...without } = object(4).vectors!
      await collection.write([{ ...object(4), vectors: without }])
      await collection.remove([idOf(5)])
      chain = await night(store, chain, options)
      t.equal(chain.newest.manifest.totals.objects, 1)
      const back = openMemory()
      await restore(chainSource(chain), back, {})
      const there = bytesOf(await objectsOf(store, 'Thing'))
      t.equal(there.length, 29)
      t.strictSame(bytesOf(await objectsOf(back, 'Thing')), there)
    })
  }
}
