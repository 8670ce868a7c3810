import { readFileSync } from 'node:fs'
import t from 'tap'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { restore, runRestore } from '../../../lib/job/restore/restore.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Collection, Store } from '../../../lib/store/store.ts'
import { texts, types } from '../../run/listening.ts'
import { archiveOf, idOf, THING, thing, things } from '../backup/archived.ts'
import { TARGETS } from '../targets.ts'
import { objectsOf, SMALL, sourceOf, summed } from './restored.ts'

/** In some parts. */
const OBJECTS = 600

for (const [name, open] of Object.entries(TARGETS)) {
  t.test(`what was backed up is there again in ${name}, object by object`, async (t) => {
    const store = await open(t)
    const report = await restore(await sourceOf(await archiveOf(OBJECTS, SMALL)), store, { batchSize: 100 })
    t.match(summed(report), {
      status: 'done',
      collection: 'Thing',
      class: 'Thing',
      objects: OBJECTS,
      written: OBJECTS,
      rejected: 0,
      skipped: 0,
      vectors: OBJECTS,
      verification: { count: OBJECTS, expected: OBJECTS, digest_equal: true },
    })
    t.ok(report.parts > 3, `${report.parts} parts`)
    t.strictSame(await objectsOf(store, 'Thing'), await objectsOf(await things(OBJECTS), 'Thing'))
  })
}

t.test('a collection that is there already is left alone', async (t) => {
  const source = await sourceOf(await archiveOf(10))
  const store = await things(3)
  await t.rejects(restore(source, store, {}), { code: 'ELYSIA_CONFLICT', hint: /nothing was written/ })
  t.equal(await store.collection('Thing').count(), 3)
  const empty = await things(0)
  await t.rejects(restore(source, empty, {}), { code: 'ELYSIA_CONFLICT' })
  await t.rejects(restore(source, store, { dryRun: true }), { code: 'ELYSIA_CONFLICT' })
  const other = openMemory()
  await other.create({ ...THING, class: 'THING' })
  await t.rejects(restore(source, other, {}), { code: 'ELYSIA_CONFLICT' })
})

t.test('a dry run checks every byte, says what it would do, and makes nothing', async (t) => {
  const files = await archiveOf(100, SMALL)
  const store = openMemory()
  t.match(await restore(await sourceOf(files), store, { dryRun: true, name: 'other' }), {
    status: 'planned',
    class: 'Other',
    written: 0,
    patches: [{ rule: 'name', from: 'Thing', to: 'Other' }],
  })
  t.same(await store.list(), [])
  damage(files, 0)
  await t.rejects(restore(await sourceOf(files), store, { dryRun: true }), { code: 'ELYSIA_DAMAGED' })
})

t.test('under another name ids and properties stay', async (t) => {
  const store = await things(50)
  const report = await restore(await sourceOf(await archiveOf(50)), store, { name: 'my-things' })
  t.equal(report.class, 'MyThings')
  t.strictSame(await objectsOf(store, 'MyThings'), await objectsOf(store, 'Thing'))
})

t.test('a damaged part ends the restore, and its name is said', async (t) => {
  const files = await archiveOf(OBJECTS, SMALL)
  const name = damage(files, 3)
  const store = openMemory()
  const { report, error } = await runRestore(await sourceOf(files), store, { workers: 1 })
  t.match(error, { code: 'ELYSIA_DAMAGED', message: new RegExp(name) })
  t.equal(report.status, 'failed')
  t.equal(report.written, await store.collection('Thing').count(), 'what was written before it is counted')
})

t.test('--skip-damaged restores the rest, and says how many are missing', async (t) => {
  for (const how of ['flip', 'cut', 'remove'] as const) {
    const files = await archiveOf(OBJECTS, SMALL)
    const name = damage(files, 3, how)
    const store = openMemory()
    const report = await restore(await sourceOf(files), store, { skipDamaged: true })
    t.strictSame(report.parts_damaged, [name], how)
    const { damaged = 0, ...others } = report.skipped
    t.strictSame(others, {})
    t.ok(damaged > 50 && damaged < 400, `${damaged} skipped`)
    t.equal(report.objects, OBJECTS)
    t.equal(report.written, OBJECTS - damaged)
    t.equal(report.verification?.digest_equal, true)
    t.equal(await store.collection('Thing').count(), report.written)
  }
})

t.test('refused objects are counted, and stand whole in the rejects file with the reason', async (t) => {
  const files: Files = new Map()
  const source = await things(300)
  await backup(source, 'Thing', memoryStorage(files), SMALL)
  const directory = t.testdir()
  const store = refusing(openMemory(), idOf(150, 300))
  const report = await restore(await sourceOf(files), store, {}, { rejectsPath: `${directory}/r.jsonl` })
  t.match(report, { objects: 300, written: 299, verification: { digest_equal: true } })
  t.strictSame(report.rejected, { store_rejected: 1 })
  const [line, ...more] = readFileSync(`${directory}/r.jsonl`, 'utf8').trimEnd().split('\n')
  t.same(more, [])
  t.match(JSON.parse(line!), {
    id: idOf(150, 300),
    code: 'store_rejected',
    reason: 'not this one',
    object: { id: idOf(150, 300), properties: { title: 'thing 150' } },
  })
})

t.test('references are linked once all objects are there, and follow a new name', async (t) => {
  for (const [name, open] of Object.entries(TARGETS)) {
    const store = await open(t)
    await store.create({ class: 'Author', vectorizer: 'none' })
    const files = await linkedArchive()
    const report = await restore(await sourceOf(files), store, { name: 'Copy' })
    t.match(report, { references: 41, references_rejected: 0, verification: { digest_equal: true } }, name)
    const [first, second] = await objectsOf(store, 'Copy')
    t.strictSame(first?.properties.next, [beacon('Copy', 1)])
    t.strictSame(first?.properties.by, [beacon('Author', 7)])
    t.strictSame(second?.properties.next, [beacon('Copy', 2), beacon('Copy', 2)])
  }
})

t.test('references to a class that is not there are kept where the store takes them, and said', async (t) => {
  const said: string[] = []
  const onEvent = texts(said)
  const store = openMemory()
  await restore(await sourceOf(await linkedArchive()), store, {}, { onEvent })
  t.ok(said.some((message) => message.includes('has no Author')))
  t.strictSame((await objectsOf(store, 'Thing'))[0]?.properties.by, [beacon('Author', 7)])
  const other = openMemory()
  const dropped = await restore(await sourceOf(await linkedArchive()), other, { missingReferences: 'drop' })
  t.match(dropped.patches, [{ rule: 'reference-target-missing', path: 'properties.by' }])
  t.match(dropped, { references: 40, verification: { digest_equal: true } })
  t.notOk((await objectsOf(other, 'Thing'))[0]?.properties.by)
})

t.test('tenants come back with their states, or only those that are named', async (t) => {
  for (const [name, open] of Object.entries(TARGETS)) {
    const store = await open(t)
    const files = await tenantedArchive()
    const report = await restore(await sourceOf(files), store, {})
    t.match(report, { objects: 3, written: 3, tenants: 3, verification: { digest_equal: true } }, name)
    t.strictSame(await store.tenantStates('Thing'), [
      { name: 'a', state: 'active' },
      { name: 'b', state: 'inactive' },
      { name: 'c', state: 'active' },
    ])
    t.equal((await objectsOf(store, 'Thing', 'a')).length, 1)
    const some = await restore(await sourceOf(files), store, { tenant: 'b', name: 'Some' })
    t.match(some, { objects: 2, written: 2, tenants: 1 })
    t.strictSame(await store.tenants('Some'), ['b'])
    await t.rejects(restore(await sourceOf(files), store, { tenant: 'bb', name: 'No' }), {
      code: 'ELYSIA_NOT_FOUND',
      hint: /did you mean b/,
    })
  }
})

t.test('aliases come back; one that is taken is said; under another name there are none', async (t) => {
  const source = await things(3)
  await source.createAlias({ alias: 'First', collection: 'Thing' })
  await source.createAlias({ alias: 'Second', collection: 'Thing' })
  const files: Files = new Map()
  await backup(source, 'Thing', memoryStorage(files), {})
  const store = openMemory()
  await store.create({ class: 'Other' })
  await store.createAlias({ alias: 'First', collection: 'Other' })
  const said: string[] = []
  const report = await restore(await sourceOf(files), store, {}, { onEvent: texts(said) })
  t.strictSame(report.aliases, ['Second'])
  t.ok(said.some((message) => message.includes('the alias First was not restored')))
  t.strictSame(await store.aliases(), [
    { alias: 'First', collection: 'Other' },
    { alias: 'Second', collection: 'Thing' },
  ])
  t.strictSame((await restore(await sourceOf(files), store, { name: 'Copy' })).aliases, [])
})

t.test('a target that holds anything else than what was written is no success', async (t) => {
  const store = openMemory()
  const meddling = meddle(store, async () => {
    await store.collection('Thing').write([{ ...thing(1), properties: { title: 'somebody else' } }])
  })
  const { report, error } = await runRestore(await sourceOf(await archiveOf(10)), meddling, {})
  t.match(error, { code: 'ELYSIA_INCOMPLETE' })
  t.equal(report.status, 'failed')
})

t.test('an archive without vectors is restored without them', async (t) => {
  const store = openMemory()
  const report = await restore(await sourceOf(await archiveOf(20, { vectors: false })), store, {})
  t.match(report, { written: 20, vectors: 0, verification: { digest_equal: true } })
})

t.test('a schema-only archive makes the class and no object', async (t) => {
  const store = openMemory()
  const report = await restore(await sourceOf(await archiveOf(20, { schemaOnly: true })), store, {})
  t.match(report, { status: 'done', objects: 0, written: 0, parts: 0 })
  t.ok(await store.schema('Thing'))
})

function beacon(name: string, n: number): { beacon: string } {
  return { beacon: `weaviate://localhost/${name}/${idOf(n, 40)}` }
}

/** Each thing refers to the one behind it, the second one twice, and the first to an author. */
async function linkedArchive(): Promise<Files> {
  const properties = [
    ...THING.properties!,
    { name: 'next', dataType: ['Thing'] },
    { name: 'by', dataType: ['Author'] },
  ]
  const store = await things(40, { ...THING, properties })
  const beacons = (n: number) => [beacon('Thing', n).beacon]
  const links = Array.from({ length: 39 }, (_, n) => ({
    id: idOf(n, 40),
    property: 'next',
    beacons: n === 1 ? [...beacons(2), ...beacons(2)] : beacons(n + 1),
  }))
  await store.collection('Thing').link(links)
  await store
    .collection('Thing')
    .link([{ id: idOf(0, 40), property: 'by', beacons: [beacon('Author', 7).beacon] }])
  const files: Files = new Map()
  await backup(store, 'Thing', memoryStorage(files), { partSize: 4096 })
  return files
}

async function tenantedArchive(): Promise<Files> {
  const store = openMemory()
  await store.create({ ...THING, multiTenancyConfig: { enabled: true } })
  await store.createTenants('Thing', ['a', 'b', 'c'])
  await store.collection('Thing').write([thing(1)], { tenant: 'a' })
  await store.collection('Thing').write([thing(1), thing(2)], { tenant: 'b' })
  await store.setTenantStates('Thing', [{ name: 'b', state: 'inactive' }])
  const files: Files = new Map()
  await backup(store, 'Thing', memoryStorage(files), {})
  return files
}

/** Damages the part at an index; answers its name. */
function damage(files: Files, at: number, how: 'flip' | 'cut' | 'remove' = 'flip'): string {
  const name = [...files.keys()].filter((one) => one.startsWith('parts/')).sort()[at]!
  const bytes = Buffer.from(files.get(name)!)
  if (how === 'remove') files.delete(name)
  else if (how === 'cut') files.set(name, bytes.subarray(0, bytes.length - 5))
  else {
    bytes[bytes.length >> 1]! ^= 1
    files.set(name, bytes)
  }
  return name
}

/** A store that refuses one object. */
function refusing(store: Store, id: string): Store {
  return wrapped(store, (collection) => ({
    ...bound(collection),
    async write(objects, call) {
      const taken = objects.filter((object) => object.id !== id)
      const outcomes = await collection.write(taken, call)
      return objects.map((object) =>
        object.id === id ? { ok: false, reason: 'not this one' } : outcomes[taken.indexOf(object)]!,
      )
    },
  }))
}

/** A store into which somebody writes before it is read. */
function meddle(store: Store, write: () => Promise<void>): Store {
  return wrapped(store, (collection) => ({
    ...bound(collection),
    async *read(what, range, call) {
      await write()
      yield* collection.read(what, range, call)
    },
  }))
}

function wrapped(store: Store, change: (collection: Collection) => Collection): Store {
  return new Proxy(store, {
    get(target, key) {
      if (key === 'collection') return (name: string) => change(target.collection(name))
      const value: unknown = Reflect.get(target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function bound(collection: Collection): Collection {
  const { name } = collection
  return {
    name,
    read: (...args) => collection.read(...args),
    readMany: (...args) => collection.readMany(...args),
    write: (...args) => collection.write(...args),
    link: (...args) => collection.link(...args),
    remove: (...args) => collection.remove(...args),
    count: (...args) => collection.count(...args),
  }
}

t.test('onto a cluster with a node down nothing is restored, unless that is asked for', async (t) => {
  const source = await sourceOf(await archiveOf(10))
  const nodes = ['HEALTHY', 'HEALTHY', 'UNAVAILABLE'].map((status, n) => ({ name: `node-${n}`, status }))
  const store = openMemory()
  const degraded: Store = new Proxy(store, {
    get: (of, key) => {
      if (key === 'health') return async () => ({ version: '1.39.0', nodes })
      const value = Reflect.get(of, key, of)
      return typeof value === 'function' ? value.bind(of) : value
    },
  })
  const refused = {
    code: 'ELYSIA_CONFLICT',
    message: /1 of 3 nodes.*node-2 is UNAVAILABLE/,
    hint: /--degraded/,
  }
  await t.rejects(restore(source, degraded, {}), refused)
  await t.rejects(restore(source, degraded, { dryRun: true }), refused, 'a dry run says it too')
  t.same(await store.list(), [])
  const notices: string[] = []
  const onEvent = types(notices)
  t.match(await restore(source, degraded, { degraded: true }, { onEvent }), { status: 'done', written: 10 })
  t.ok(notices.includes('node_unhealthy'))
})
