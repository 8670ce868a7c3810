import t from 'tap'
import { openMemory } from '../../lib/store/memory/store.ts'
import { overlay } from '../../lib/store/overlay.ts'
import type { Link } from '../../lib/store/store.ts'
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
  const layered = await overlay(base, openMemory(), SCHEMA)
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
