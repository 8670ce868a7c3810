// A chain of increments is a source of objects like any other.
import { once } from 'node:events'
import t, { type Test } from 'tap'
import { openArchive } from '../../../lib/archive/archive.ts'
import { type Chain, openChain } from '../../../lib/archive/chain/chain.ts'
import { chainObjects, openObjectSource } from '../../../lib/archive/chain/objects.ts'
import type { ObjectSource } from '../../../lib/archive/object/source.ts'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { limitProcess } from '../../../lib/core/memory/limits.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import type { BackupOptionsInput } from '../../../lib/job/backup/options.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { objectSourceContract } from '../../contract/objectSource.ts'
import { idOf, THING, thing } from '../../job/backup/archived.ts'

/** More than one range. */
const MANY = 5200
const FEW = 1200

/** Makes one archive after another, each but the first an increment. */
class Nights {
  readonly all: Files[] = []
  chain: Chain | undefined
  readonly #store: Store
  readonly #input: BackupOptionsInput

  constructor(store: Store, input: BackupOptionsInput) {
    this.#store = store
    this.#input = { allowShrink: true, ...input }
  }

  async night(): Promise<Chain> {
    const files: Files = new Map()
    const base = this.chain
    const storage = memoryStorage(files, `night ${this.all.length}`)
    await backup(this.#store, 'Thing', storage, this.#input, base && { base })
    const links = base?.links ?? []
    this.chain = await openChain(await openArchive(storage), async (id) =>
      links.find(({ manifest }) => manifest.id === id),
    )
    this.all.push(files)
    return this.chain
  }
}

async function chainOfThings(input: BackupOptionsInput, count: number): Promise<Chain> {
  const store = openMemory()
  await store.create(THING)
  const things = store.collection('Thing')
  const nights = new Nights(store, input)
  await things.write(Array.from({ length: count }, (_, n) => thing(n, count)))
  await nights.night()
  // A third is another for a night; some are gone for a night, some came later, some are gone for good.
  const third = Array.from({ length: count / 4 }, (_, n) => n * 3)
  await things.write(third.map((n) => ({ ...thing(n + 1), id: idOf(n, count) })))
  await things.remove(third.map((n) => idOf(n + 1, count)))
  await things.write([{ ...thing(1), id: idOf(count * 2, count * 3) }])
  await nights.night()
  await things.write([...third, ...third.map((n) => n + 1)].map((n) => thing(n, count)))
  await things.remove([idOf(count * 2, count * 3)])
  await nights.night()
  return nights.night()
}

for (const [input, count] of [
  [{ format: 'jsonl' }, MANY],
  [{ format: 'parquet', partSize: 32_768 }, FEW],
  [{ format: 'json', partitionBy: 'kind' }, FEW],
] as const) {
  const things = Array.from({ length: count }, (_, n) => thing(n, count))
  const name = `a chain of ${input.format}`
  let made: Promise<Chain> | undefined
  const open = async () => {
    made ??= chainOfThings(input, count)
    return chainObjects(await made)
  }
  objectSourceContract(t, name, { open, objects: things })
}

async function ofTenants(_t: Test): Promise<ObjectSource> {
  const store = openMemory()
  await store.create({ ...THING, multiTenancyConfig: { enabled: true } })
  await store.createTenants('Thing', ['a', 'b'])
  const collection = store.collection('Thing')
  const nights = new Nights(store, {})
  for (const tenant of ['a', 'b']) await collection.write([thing(1), thing(2)], { tenant })
  await nights.night()
  await store.setTenantStates('Thing', [{ name: 'b', state: 'inactive' }])
  await store.createTenants('Thing', ['c'])
  await collection.write([thing(3), thing(4)], { tenant: 'c' })
  await collection.remove([thing(1).id], { tenant: 'a' })
  return chainObjects(await nights.night())
}

const tenanted: StoredObject[] = [
  { ...thing(2), tenant: 'a' },
  { ...thing(1), tenant: 'b' },
  { ...thing(2), tenant: 'b' },
  { ...thing(3), tenant: 'c' },
  { ...thing(4), tenant: 'c' },
]
objectSourceContract(t, 'a chain with tenants that come and sleep', { open: ofTenants, objects: tenanted })

t.test('an index that was changed is damage, and names its archive and its file', async (t) => {
  const store = openMemory()
  await store.create(THING)
  await store.collection('Thing').write([thing(1), thing(2)])
  const nights = new Nights(store, {})
  const base = await nights.night()
  await store.collection('Thing').remove([thing(1).id])
  const chain = await nights.night()
  const index = nights.all[1]?.get('index/r0000-00000.index')
  t.equal(index?.length, 56, 'one object is gone')
  index?.set([1], 20)
  const source = await openObjectSource(chain.newest, async () => base.newest)
  const reading = async () => {
    for await (const _ of source.pages({}));
  }
  const name = chain.newest.manifest.id
  await t.rejects(reading(), {
    code: 'ELYSIA_DAMAGED',
    message: `${name}: index index/r0000-00000.index has a SHA-256`,
  })
})

t.test('a reader that goes waits for a page of the links that are sorted, not for all of them', async (t) => {
  t.teardown(limitProcess({ scale: 1 / 32, roomBytes: 1e8, passed: () => {} }))
  const chain = await chainOfThings({ format: 'jsonl' }, FEW)
  const [reading, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const read: string[] = []
  for (const [at, { storage }] of chain.links.entries()) {
    const open = storage.read.bind(storage)
    const held: typeof open = async (name, slice) => {
      if (at === 1) {
        reading.resolve()
        await go.promise
      }
      if (at === 2) read.push(name)
      return open(name, slice)
    }
    Object.assign(storage, { read: held })
  }
  const pages = chainObjects(chain).pages({})
  pages.on('data', () => {})
  await reading.promise
  pages.destroy()
  go.resolve()
  await once(pages, 'close')
  t.strictSame(read, [], 'nothing of the link after it')
})
