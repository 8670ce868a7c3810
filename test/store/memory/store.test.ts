import t from 'tap'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { storeContract } from '../../contract/store.ts'

await storeContract(t, async () => ({ store: openMemory(), prefix: 'T' }), { label: 'the memory store' })

t.test('two stores in memory are not the same store', async (t) => {
  t.not(openMemory().target, openMemory().target)
})

t.test('an id removed and written again is read in its place', async (t) => {
  const store = openMemory()
  await store.create({ class: 'Docs', properties: [] })
  const docs = store.collection('Docs')
  const ids = ['1', '2', '3'].map((digit) => `${digit}0000000-0000-4000-8000-000000000000`)
  const order = async () => {
    const read: string[] = []
    for await (const page of docs.read({ properties: [], vectors: false }))
      read.push(...page.map(({ id }) => id))
    return read
  }
  await docs.write(ids.map((id) => ({ id, properties: {} })))
  t.same(await order(), ids)
  await docs.remove(ids.slice(1, 2))
  t.same(await order(), [ids[0], ids[2]])
  await docs.write([{ id: ids[1]!, properties: {} }])
  t.same(await order(), ids)
})
