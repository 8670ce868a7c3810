// Several collections in one run: in the order of their references, and whatever becomes of the others.
import t from 'tap'
import { runCopySet } from '../../../lib/job/copy/set.ts'
import type { RunEvent } from '../../../lib/run/event/schema.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { changedStore } from '../changed.ts'
import { objectsOf } from '../restore/restored.ts'

const ID = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

/** Books and shelves that refer to one another, articles that refer to authors, and tests. */
async function library(): Promise<Store> {
  const store = openMemory()
  for (const name of ['Article', 'Author', 'Book', 'Shelf', 'TestA'])
    await store.create({
      class: name,
      vectorizer: 'none',
      properties: [{ name: 'title', dataType: ['text'] }],
    })
  const refers = async (from: string, to: string) => {
    await store.addProperty(from, { name: 'to', dataType: [to] })
    await store.collection(from).write([{ id: ID(1), properties: { title: from } }])
    const beacons = [`weaviate://localhost/${to}/${ID(1)}`]
    await store.collection(from).link([{ id: ID(1), property: 'to', beacons }])
  }
  await refers('Article', 'Author')
  await refers('Book', 'Shelf')
  await refers('Shelf', 'Book')
  for (const name of ['Author', 'TestA'])
    await store.collection(name).write([{ id: ID(1), properties: { title: name } }])
  return store
}

t.test('all that are selected are copied, with references in a circle', async (t) => {
  const [source, target] = [await library(), openMemory()]
  const events: RunEvent[] = []
  const { set, members } = await runCopySet(
    source,
    target,
    { exclude: 'Test*', verify: true },
    { onEvent: (event) => void events.push(event) },
  )
  t.match(members, [
    { collection: 'Author', report: { status: 'done', comparison: { equal: 1 } } },
    { collection: 'Article', report: { status: 'done', references: 1 } },
    { collection: 'Book', report: { status: 'done', references: 1, comparison: { equal: 1 } } },
    { collection: 'Shelf', report: { status: 'done', references: 1 } },
  ])
  t.match(
    events.find(({ type }) => type === 'set_started'),
    { set, collections: ['Author', 'Article', 'Book', 'Shelf'] },
  )
  for (const name of ['Author', 'Article', 'Book', 'Shelf'])
    t.same(await objectsOf(target, name), await objectsOf(source, name))
  t.equal(await target.schema('TestA'), undefined)
})

t.test('one that fails does not stop the others, and each is named', async (t) => {
  const [source, target] = [await library(), openMemory()]
  await target.create({ class: 'Author', properties: [] })
  const { members } = await runCopySet(source, target, { all: true })
  t.match(members, [
    { collection: 'Author', error: { code: 'ELYSIA_CONFLICT' } },
    { collection: 'Article', report: { status: 'done' } },
    { collection: 'Book', report: { status: 'done' } },
    { collection: 'Shelf', report: { status: 'done' } },
    { collection: 'TestA', report: { status: 'done' } },
  ])
})

t.test('of a circle none is done where one fails; what stops the run begins none any more', async (t) => {
  const source = await library()
  const stop = new AbortController()
  const target = changedStore(openMemory(), (collection) => ({
    write: async (...args) => {
      if (collection.name === 'Shelf') stop.abort(new Error('stopped'))
      return collection.name === 'Book' ? Promise.reject(new Error('broken')) : collection.write(...args)
    },
  }))
  const { members } = await runCopySet(source, target, { all: true }, { stop: stop.signal })
  t.match(
    members.map(({ collection, report }) => [collection, report?.status]),
    [
      ['Author', 'done'],
      ['Article', 'done'],
      ['Book', 'failed'],
      ['Shelf', 'failed'],
      ['TestA', 'done'],
    ],
  )
  stop.abort(new Error('stopped'))
  const stopped = await runCopySet(source, openMemory(), { all: true }, { stop: stop.signal })
  t.match(
    stopped.members.map(({ report, error }) => [report, error]),
    members.map(() => [undefined, { message: 'stopped' }]),
    'each is named, and none begun',
  )
  await t.rejects(runCopySet(source, openMemory(), { all: true, follow: true }), { code: 'ELYSIA_USAGE' })
})
