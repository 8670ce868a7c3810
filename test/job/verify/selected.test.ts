import t from 'tap'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { verify } from '../../../lib/job/verify/verify.ts'
import type { Store } from '../../../lib/store/store.ts'
import { idOf, thing, things } from '../backup/archived.ts'

const COUNT = 60

async function archived(store: Store, selection: object): Promise<Files> {
  const files: Files = new Map()
  await backup(store, 'Thing', memoryStorage(files), selection)
  return files
}

async function statusOf(files: Files, store: Store): Promise<string> {
  const level = { level: 'live', maxErrors: 0, workers: 2, retryForMs: 0 } as const
  return (await verify(memoryStorage(files), level, { against: { store } })).status
}

t.test('an archive of some objects is compared with those that its selection finds now', async (t) => {
  const selections = [
    { filter: 'count < 20' },
    { objects: [3, 4, 5].map((n) => idOf(n, COUNT)).join() },
    { filter: 'count < 20', properties: 'title' },
  ]
  for (const selection of selections) {
    const name = JSON.stringify(selection)
    const store = await things(COUNT)
    const files = await archived(store, selection)
    const collection = store.collection('Thing')
    t.equal(await statusOf(files, store), 'complete', name)
    const [inside, outside] = [thing(4, COUNT), thing(40, COUNT)]
    await collection.remove([idOf(41, COUNT)])
    await collection.write([{ ...outside, properties: { ...outside.properties, title: 'other' } }])
    t.equal(await statusOf(files, store), 'complete', `${name}: what it does not select is another one`)
    await collection.write([{ ...inside, properties: { ...inside.properties, title: 'other' } }])
    t.equal(await statusOf(files, store), 'damaged', `${name}: what it selects is another one`)
    await collection.write([inside])
    t.equal(await statusOf(files, store), 'complete', name)
    await collection.remove([inside.id])
    t.equal(await statusOf(files, store), 'damaged', `${name}: what it selects is gone`)
  }
})

t.test('an object that a filter has come to select since is a difference', async (t) => {
  const store = await things(COUNT)
  const files = await archived(store, { filter: 'count < 20' })
  const one = thing(50, COUNT)
  await store.collection('Thing').write([{ ...one, properties: { ...one.properties, count: 7 } }])
  t.equal(await statusOf(files, store), 'damaged')
})
