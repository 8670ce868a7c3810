// Any history of writes and deletions, archived by increments: each archive gives back the collection as it was then.
import fc from 'fast-check'
import t from 'tap'
import { openArchive } from '../../../../lib/archive/archive.ts'
import { type Chain, openChain } from '../../../../lib/archive/chain/chain.ts'
import { chainObjects } from '../../../../lib/archive/chain/objects.ts'
import { ObjectsDigest } from '../../../../lib/archive/object/digest.ts'
import type { ObjectSource } from '../../../../lib/archive/object/source.ts'
import { memoryStorage } from '../../../../lib/archive/storage/memory.ts'
import { limitProcess } from '../../../../lib/core/memory/limits.ts'
import type { StoredObject } from '../../../../lib/core/object.ts'
import { backup } from '../../../../lib/job/backup/backup.ts'
import { restore } from '../../../../lib/job/restore/restore.ts'
import { chainSource } from '../../../../lib/job/restore/source/chain.ts'
import { openMemory } from '../../../../lib/store/memory/store.ts'
import { objectPages } from '../../../../lib/store/objects.ts'
import type { Collection } from '../../../../lib/store/store.ts'
import { runs, tried } from '../../../runs.ts'
import { idOf, THING, thing } from '../archived.ts'

const IDS = 40

/** What happens between two archives. */
type Act = { readonly put: number; readonly as: number } | { readonly drop: number }

const act: fc.Arbitrary<Act> = fc.oneof(
  { arbitrary: fc.record({ put: fc.nat(IDS - 1), as: fc.nat(3) }), weight: 3 },
  { arbitrary: fc.record({ drop: fc.nat(IDS - 1) }), weight: 2 },
)
const night = fc.array(act, { maxLength: 12 })

t.test('each archive of a chain gives back the collection as it was', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(night, { minLength: 2, maxLength: 8 }),
      fc.constantFrom('jsonl', 'json'),
      async (nights, format) => {
        const store = openMemory()
        await store.create(THING)
        const collection = store.collection('Thing')
        let base: Chain | undefined
        for (const acts of nights) {
          for (const one of acts) await happens(one, collection)
          const storage = memoryStorage()
          const options = {
            format,
            compression: 'none',
            partSize: 4096,
            allowEmpty: true,
            allowShrink: true,
            allowMissingVectors: true,
          } as const
          const { manifest } = await backup(store, 'Thing', storage, options, base && { base })
          const chain: Chain = await openChain(await openArchive(storage), async (id) =>
            base?.links.find((link) => link.manifest.id === id),
          )
          const there = await digestOf(collection)
          t.equal(await digestIn(chainObjects(chain)), there, 'the chain is the collection')
          const lift = limitProcess({ scale: 1 / 16, roomBytes: 1e8, passed: () => {} })
          t.equal(await digestIn(chainObjects(chain)), there, 'also if most links are sorted in a file')
          lift()
          t.equal((manifest.state ?? manifest.totals).digest, there, 'and says so')
          t.equal((manifest.state ?? manifest.totals).objects, await collection.count())
          base = chain
        }
        const report = await restore(chainSource(base!), openMemory(), {})
        t.match(report, { written: await collection.count() })
      },
    ),
    tried(runs(30)),
  )
})

async function happens(one: Act, collection: Collection): Promise<void> {
  if ('drop' in one) await collection.remove([idOf(one.drop)])
  else await collection.write([{ ...thing(one.as), id: idOf(one.put) }])
}

async function digestOf(collection: Collection): Promise<string> {
  return sum(objectPages(collection, {}, { projection: { properties: 'all', vectors: true } }))
}

async function digestIn(source: ObjectSource): Promise<string> {
  const digest = new ObjectsDigest()
  for (const range of source.ranges) await sum(source.pages(range), digest)
  return digest.hex()
}

async function sum(
  pages: AsyncIterable<readonly StoredObject[]>,
  digest = new ObjectsDigest(),
): Promise<string> {
  for await (const page of pages) for (const object of page) digest.add(object)
  return digest.hex()
}
