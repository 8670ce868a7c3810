// A replace deletes: what it deletes, when, and what keeps it from deleting anything.
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { memoryStorage } from '../../../../lib/archive/storage/memory.ts'
import { backup } from '../../../../lib/job/backup/backup.ts'
import type { BackupOptionsInput } from '../../../../lib/job/backup/options.ts'
import { restoreCounts } from '../../../../lib/job/restore/buildReport.ts'
import type { RestoreOptionsInput } from '../../../../lib/job/restore/options.ts'
import { restore, runRestore } from '../../../../lib/job/restore/restore.ts'
import { chainSource } from '../../../../lib/job/restore/source/chain.ts'
import { openSource } from '../../../../lib/job/restore/source/open.ts'
import { rollback } from '../../../../lib/job/rollback/rollback.ts'
import { openMemory } from '../../../../lib/store/memory/store.ts'
import type { Collection, Store } from '../../../../lib/store/store.ts'
import { archiveOf, idOf, THING, thing, things } from '../../backup/archived.ts'
import { later, night } from '../../backup/increment/increment.ts'
import { changedStore } from '../../changed.ts'
import { directory, TARGETS } from '../../targets.ts'
import { objectsOf, SMALL, sourceOf } from '../restored.ts'

const OBJECTS = 200
const FILES = archiveOf(OBJECTS, SMALL)
const REPLACE = { onConflict: 'replace', batchSize: 50 } as const

/** All things of the archive but ten, ten of them changed, and `more` that the archive does not have. */
async function living(store: Store, more: number): Promise<Store> {
  await store.create(THING)
  const own = Array.from({ length: OBJECTS }, (_, n) => thing(n, OBJECTS)).slice(10)
  const others = Array.from({ length: more }, (_, n) => thing(n + 1, 997))
  const all = [...own, ...others]
  const changed = all.map((one, n) => (n < 10 ? { ...one, properties: { title: 'mine' } } : one))
  await store.collection('Thing').write(changed)
  return store
}

async function replacing(t: Test, store: Store, options: RestoreOptionsInput = {}, context = {}) {
  const undoDirectory = directory(t)
  const source = await sourceOf(await FILES)
  return runRestore(source, store, { ...REPLACE, ...options }, { undoDirectory, ...context }).then(
    (ended) => ({
      ...ended,
      undoDirectory,
    }),
  )
}

for (const [name, open] of Object.entries(TARGETS)) {
  t.test(`a collection of ${name} becomes exactly the archive, and what it was again`, async (t) => {
    const store = await living(await open(t), 12)
    const before = await objectsOf(store, 'Thing')
    const { report, error, undoDirectory } = await replacing(t, store)
    t.equal(error, undefined)
    t.match(report, { status: 'done', objects: OBJECTS, written: 20, unchanged: OBJECTS - 20, deleted: 12 })
    t.match(report.verification, { count: OBJECTS, expected: OBJECTS, digest_equal: true })
    const expected = await objectsOf(await things(OBJECTS), 'Thing')
    t.same(await objectsOf(store, 'Thing'), expected)
    const back = await rollback(store, report.id, {}, { undoDirectory })
    t.match(back, { objects: 32, put_back: 22, removed: 10 })
    t.same(await objectsOf(store, 'Thing'), before)
  })
}

/** A store that counts what is changed. */
function counting(store: Store) {
  const calls: string[] = []
  const counted = changedStore(store, (collection: Collection) => ({
    write: (...given) => {
      calls.push('write')
      return collection.write(...given)
    },
    remove: (...given) => {
      calls.push('remove')
      return collection.remove(...given)
    },
  }))
  return { counted, calls }
}

t.test('everything is written before anything is deleted', async (t) => {
  const { counted, calls } = counting(await living(openMemory(), 12))
  await replacing(t, counted)
  t.ok(calls.indexOf('remove') > calls.lastIndexOf('write'), calls.join(' '))
})

t.test(
  'more than --max-delete is refused before anything is written, and says what it would be',
  async (t) => {
    const { counted, calls } = counting(await living(openMemory(), 30))
    await t.rejects(replacing(t, counted), {
      code: 'ELYSIA_CONFLICT',
      message: /would delete 30 of 220 objects \(13\.6 %\) of Thing.*--max-delete allows 10%/,
    })
    await t.rejects(replacing(t, counted, { maxDelete: '29' }), { code: 'ELYSIA_CONFLICT' })
    t.same(calls, [])
    t.match((await replacing(t, counted, { maxDelete: '30' })).report, { deleted: 30 })
  },
)

t.test('where nobody agrees nothing is written', async (t) => {
  const { counted, calls } = counting(await living(openMemory(), 5))
  let asked: unknown
  const confirm = async (deletions: unknown) => {
    asked = deletions
    return false
  }
  await t.rejects(replacing(t, counted, {}, { confirm }), {
    code: 'ELYSIA_CONFLICT',
    message: /nobody agreed/,
  })
  t.match(asked, { collection: 'Thing', objects: 195, source: OBJECTS, deletes: 5 })
  t.same(calls, [])
})

t.test('an empty source deletes nothing', async (t) => {
  const { counted, calls } = counting(await living(openMemory(), 5))
  const files = new Map()
  const empty = openMemory()
  await empty.create(THING)
  await backup(empty, 'Thing', memoryStorage(files), { allowEmpty: true })
  const restoring = restore(
    await sourceOf(files),
    counted,
    { ...REPLACE, maxDelete: '100%' },
    { undoDirectory: directory(t) },
  )
  await t.rejects(restoring, { code: 'ELYSIA_CONFLICT', message: /would delete all of Thing/ })
  t.same(calls, [])
})

t.test('a pipe, a part of an archive and a damaged one delete nothing', async (t) => {
  const { counted, calls } = counting(await living(openMemory(), 5))
  const line = `${JSON.stringify({ id: idOf(0), properties: { title: 'a' } })}\n`
  const schema = t.testdir({ 'class.json': JSON.stringify(THING) })
  const pipe = await openSource('-', {
    stdin: () => Readable.from([Buffer.from(line)], { objectMode: false }),
    options: { schema: `${schema}/class.json` },
  })
  await t.rejects(restore(pipe, counted, REPLACE, { undoDirectory: directory(t) }), {
    code: 'ELYSIA_USAGE',
    message: /comes from a pipe/,
  })
  await t.rejects(replacing(t, counted, { skipDamaged: true }), { code: 'ELYSIA_USAGE' })
  const damaged = new Map(await FILES)
  const part = [...damaged.keys()].find((name) => name.startsWith('parts/'))!
  damaged.set(part, damaged.get(part)!.subarray(0, 100))
  const cut = restore(await sourceOf(damaged), counted, REPLACE, { undoDirectory: directory(t) })
  await t.rejects(cut, { code: 'ELYSIA_DAMAGED' })
  t.same(calls, [])
})

t.test('where an object is rejected nothing is deleted, and an event says so', async (t) => {
  const store = await living(openMemory(), 5)
  const refusing = changedStore(store, (collection: Collection) => ({
    write: async (objects, ...call) => {
      const outcomes = await collection.write(objects, ...call)
      return objects.map(({ id }, at) =>
        id === idOf(0, OBJECTS) ? { ok: false, reason: 'no' } : outcomes[at]!,
      )
    },
  }))
  const events: string[] = []
  const { report } = await replacing(
    t,
    refusing,
    {},
    { onEvent: ({ type }: { type: string }) => events.push(type) },
  )
  t.match(report, { deleted: 0, rejected: { store_rejected: 1 } })
  t.ok(events.includes('deletions_left'))
  t.equal(await store.collection('Thing').count(), OBJECTS + 5)
})

t.test('a tenant that the archive does not have is never emptied', async (t) => {
  const schema = { ...THING, multiTenancyConfig: { enabled: true } }
  const [from, into] = [openMemory(), openMemory()]
  const files = new Map()
  for (const store of [from, into]) {
    await store.create(schema)
    await store.createTenants('Thing', ['a'])
    await store.collection('Thing').write([thing(0)], { tenant: 'a' })
  }
  await backup(from, 'Thing', memoryStorage(files), {})
  await into.createTenants('Thing', ['b'])
  const restoring = restore(await sourceOf(files), into, REPLACE, { undoDirectory: directory(t) })
  await t.rejects(restoring, { code: 'ELYSIA_CONFLICT', message: /1 tenant that .* does not have: b/ })
})

t.test('what cannot be read before it is deleted is not kept, and so it stays', async (t) => {
  const store = await living(openMemory(), 5)
  const hidden = thing(1, 997).id
  const lagging = changedStore(store, (collection: Collection) => ({
    readMany: async (ids, ...more) =>
      (await collection.readMany(ids, ...more)).filter(({ id }) => id !== hidden),
  }))
  const { error } = await replacing(t, lagging)
  t.match(error, { code: 'ELYSIA_INCOMPLETE' })
  const left = await objectsOf(store, 'Thing')
  t.ok(left.some(({ id }) => id === hidden))
  t.equal(left.length, OBJECTS + 1)
})

t.test(
  'what was deleted without a way back is in the journal too, and what was refused is not',
  async (t) => {
    const store = await living(openMemory(), 5)
    const refused = thing(1, 997).id
    const refusing = changedStore(store, (collection: Collection) => ({
      remove: async (ids, ...more) => {
        await collection.remove(
          ids.filter((id) => id !== refused),
          ...more,
        )
        return ids.map((id) => ({ ok: id !== refused, existed: true, reason: 'read-only' }))
      },
    }))
    const { report, error } = await replacing(t, refusing, { undo: false })
    t.match(error, { code: 'ELYSIA_STORE', message: /1 object of Thing could not be deleted/ })
    t.match(restoreCounts(report), { deleted: 4 })
  },
)

t.test(
  'increments of a part of a collection are a part: they neither replace it nor its objects',
  async (t) => {
    const increment = async (selected: BackupOptionsInput) => {
      const store = await things(OBJECTS)
      const base = await later(await night(store, undefined, selected))
      await store
        .collection('Thing')
        .write([{ ...thing(0, OBJECTS), properties: { title: 'new', count: 1 } }])
      const chain = await night(store, base, selected)
      t.equal(chain.links.length, 2)
      return chainSource(chain)
    }
    const { counted, calls } = counting(await living(openMemory(), 5))
    const context = { undoDirectory: directory(t) }
    const some = await increment({ filter: 'count >= 0' })
    await t.rejects(restore(some, counted, { ...REPLACE, maxDelete: '100%' }, context), {
      code: 'ELYSIA_USAGE',
      message: /it holds a part of its collection/,
    })
    const titles = await increment({ properties: 'title' })
    await t.rejects(restore(titles, counted, { onConflict: 'overwrite' }, context), {
      code: 'ELYSIA_CONFLICT',
    })
    t.same(calls, [])
  },
)
