// A collection of one store becomes a collection of another, without a file between them.
import t, { type Test } from 'tap'
import { copy, runCopy } from '../../../lib/job/copy/copy.ts'
import { rollback } from '../../../lib/job/rollback/rollback.ts'
import type { RunEvent } from '../../../lib/run/event/schema.ts'
import { openState } from '../../../lib/run/state.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { THING, thing, things } from '../backup/archived.ts'
import { changedStore } from '../changed.ts'
import { objectsOf } from '../restore/restored.ts'
import { directory, TARGETS } from '../targets.ts'

const at = (store: Store, name = 'Thing') => ({ store, name })
const titled = (n: number, title: string) => ({ ...thing(n), properties: { title } })

/** Things with tenants, one of them asleep, and references to one another. */
async function tenanted(): Promise<Store> {
  const store = openMemory()
  const properties = [...THING.properties!, { name: 'next', dataType: ['Thing'] }]
  await store.create({ ...THING, properties, multiTenancyConfig: { enabled: true } })
  await store.createTenants('Thing', ['one', 'two'])
  for (const tenant of ['one', 'two']) {
    const own = Array.from({ length: 20 }, (_, n) => thing(n))
    await store.collection('Thing').write(own, { tenant })
    const beacons = [`weaviate://localhost/Thing/${own[1]!.id}`]
    await store.collection('Thing').link([{ id: own[0]!.id, property: 'next', beacons }], { tenant })
  }
  await store.setTenantStates('Thing', [{ name: 'two', state: 'inactive' }])
  return store
}

for (const [kind, open] of Object.entries(TARGETS)) {
  t.test(`into ${kind}: tenants with their states, objects, vectors and references`, async (t) => {
    const [source, target] = [await tenanted(), await open(t)]
    const report = await copy(at(source), at(target), { verify: true })
    t.match(report, {
      status: 'done',
      source: { target: 'memory:', class: 'Thing' },
      class: 'Thing',
      objects: 40,
      written: 40,
      references: 2,
      tenants: 2,
      verification: { count: 40, expected: 40 },
      comparison: { compared: 40, equal: 40, only_source: 0, only_target: 0, different: 0, changing: 0 },
    })
    for (const store of [source, target])
      t.same(await store.tenantStates('Thing'), [
        { name: 'one', state: 'active' },
        { name: 'two', state: 'inactive' },
      ])
  })
}

t.test('a collection that exists is left alone, unless a strategy is named', async (t) => {
  const [source, target] = [await things(10), await things(5)]
  await t.rejects(copy(at(source), at(target)), { code: 'ELYSIA_CONFLICT' })
  const report = await copy(at(source), at(target), { onConflict: 'skip' }, { undoDirectory: directory(t) })
  t.match(report, { objects: 10 })
  t.equal(report.written + (report.skipped.exists ?? 0), 10)
  const both = { sync: true, onConflict: 'skip' } as const
  await t.rejects(copy(at(source), at(target), both), { code: 'ELYSIA_USAGE' })
})

/** A source of twenty, and a target that has changed two of them, lacks one and has two of its own. */
async function apart(): Promise<readonly [Store, Store]> {
  const source = openMemory()
  await source.create(THING)
  const all = Array.from({ length: 20 }, (_, n) => thing(n))
  await source.collection('Thing').write(all)
  const target = openMemory()
  await target.create(THING)
  await target.collection('Thing').write(all.slice(1))
  await target.collection('Thing').write([titled(3, 'mine'), titled(4, 'mine'), thing(700), thing(701)])
  return [source, target]
}

const SYNC = { sync: true, maxDelete: '50%' } as const

t.test('a sync sends what differs, deletes what the source does not have, and can be undone', async (t) => {
  const [source, target] = await apart()
  const state = openState(target, directory(t))
  t.teardown(() => state.close())
  const before = await objectsOf(target, 'Thing')
  const report = await copy(at(source), at(target), { ...SYNC, verify: true }, { state })
  t.match(report, {
    sync: true,
    objects: 20,
    written: 3,
    unchanged: 17,
    deleted: 2,
    comparison: { equal: 20 },
  })
  t.same(await objectsOf(target, 'Thing'), await objectsOf(source, 'Thing'))
  t.match(state.journal.find(report.id), {
    kind: 'copy',
    status: 'done',
    counts: { written: 3, deleted: 2 },
  })
  const again = await copy(at(source), at(target), SYNC, { state })
  t.match(again, { written: 0, unchanged: 20, deleted: 0 })
  await rollback(target, report.id, {}, { state })
  t.same(await objectsOf(target, 'Thing'), before)
})

t.test('a sync of what a condition selects deletes what it does not select', async (t) => {
  const [source, target] = [await things(30), openMemory()]
  const given = { ...SYNC, undo: false, verify: true, filter: "kind = 'red'" } as const
  t.match(await copy(at(source), at(target), given), { written: 10, filtered: 20, comparison: { equal: 10 } })
  await source.collection('Thing').write([{ ...thing(0, 30), properties: { kind: 'blue' } }])
  await source.collection('Thing').remove([thing(3, 30).id])
  const report = await copy(at(source), at(target), given)
  t.match(report, { written: 0, unchanged: 8, deleted: 2, comparison: { equal: 8, only_target: 0 } })
  t.equal(await target.collection('Thing').count(), 8)
  const nothing = { ...given, filter: "kind = 'none'", maxDelete: '100%' }
  await t.rejects(copy(at(source), at(target), nothing), { code: 'ELYSIA_CONFLICT' })
  for (const part of [{ objects: thing(6, 30).id }, { properties: 'kind' }])
    await t.rejects(copy(at(source), at(target), { ...SYNC, undo: false, ...part }), {
      code: /USAGE|CONFLICT/,
    })
})

t.test('a sync of a source that is gone or empty deletes nothing, and is a conflict', async (t) => {
  const [source, target] = await apart()
  const before = await objectsOf(target, 'Thing')
  const refused = async (store: Store) => {
    const options = { ...SYNC, maxDelete: '100%', undo: false }
    await t.rejects(copy(at(store), at(target), options), { code: 'ELYSIA_CONFLICT' })
    t.same(await objectsOf(target, 'Thing'), before)
  }
  await source.drop('Thing')
  await refused(source)
  await source.create(THING)
  await refused(source)
  await t.rejects(copy(at(openMemory()), at(openMemory()), SYNC), { code: 'ELYSIA_NOT_FOUND' })
})

t.test('a sync that would delete more than it may changes nothing', async (t) => {
  const [source, target] = await apart()
  const before = await objectsOf(target, 'Thing')
  await t.rejects(copy(at(source), at(target), { sync: true, maxDelete: '1', undo: false }), {
    code: 'ELYSIA_CONFLICT',
  })
  t.same(await objectsOf(target, 'Thing'), before)
})

t.test('what comes to the source while it is copied is not deleted from the target', async (t) => {
  const [source, target] = await apart()
  let written = false
  const meanwhile = changedStore(target, (collection) => ({
    write: async (...args) => {
      if (!written) await source.collection('Thing').write([thing(700)])
      written = true
      return collection.write(...args)
    },
  }))
  const report = await copy(at(source), at(meanwhile), SYNC, { undoDirectory: directory(t) })
  t.match(report, { deleted: 1 }, 'one of two that were to be deleted')
  const there = (await objectsOf(target, 'Thing')).map(({ id }) => id)
  t.ok(there.includes(thing(700).id))
  t.notOk(there.includes(thing(701).id))
})

t.test('what is selected is copied under another name; --verify compares what is selected', async (t) => {
  const source = await things(30)
  const options = { filter: "kind = 'red'", verify: true } as const
  const report = await copy(at(source), at(source, 'red-things'), options)
  t.match(report, { class: 'RedThings', objects: 30, written: 10, filtered: 20, comparison: { equal: 10 } })
})

t.test('a comparison tells of what came to the source behind the copy', async (t) => {
  const [source, target] = [await things(10), openMemory()]
  const meanwhile = changedStore(target, (collection) => ({
    write: async (...args) => {
      const outcomes = await collection.write(...args)
      await source.collection('Thing').write([thing(999)])
      return outcomes
    },
  }))
  const { report, error } = await runCopy(at(source), at(meanwhile), { verify: true })
  t.equal(error, undefined)
  t.match(report, { status: 'done', written: 10, comparison: { equal: 10, only_source: 1 } })
})

/** So many that the source is cut into several ranges. */
const MANY = 6000

t.test(
  'an interrupted copy goes on behind its ranges, though ids have come and gone meanwhile',
  async (t) => {
    const [source, target] = [await things(MANY), openMemory()]
    const state = openState(target, directory(t))
    t.teardown(() => state.close())
    await interrupted(t, source, target, state)
    await source.collection('Thing').write([{ ...thing(1), id: 'ffffffff-ffff-4fff-bfff-ffffffffffff' }])
    await source.collection('Thing').remove([thing(MANY - 1, MANY).id])
    const report = await copy(at(source), at(target), { verify: true }, { state })
    t.ok(report.parts_continued > 0)
    t.match(report, { parts: 2, objects: MANY, written: MANY, comparison: { equal: MANY } })
    const fresh = await copy(at(source), at(target, 'Other'), {}, { state })
    t.equal(fresh.parts_continued, 0)
  },
)

/** Ends a copy once its first range is done. */
async function interrupted(t: Test, source: Store, target: Store, state: ReturnType<typeof openState>) {
  const stop = new AbortController()
  let writes = 0
  const slow = changedStore(target, (collection) => ({
    write: async (...args) => {
      writes += 1
      if (writes === 8) stop.abort(new Error('stopped'))
      return collection.write(...args)
    },
  }))
  const ended = await runCopy(at(source), at(slow), { workers: 1 }, { state, stop: stop.signal })
  t.equal(ended.report.status, 'interrupted')
}

t.test(
  '--workers auto: the report says what it settled on, as it says a number that was given',
  async (t) => {
    const source = await things(200)
    const found: number[] = []
    const onEvent = (event: RunEvent) => {
      if (event.type === 'workers_found') found.push(event.workers)
    }
    const small = { batchSize: 10, verify: true } as const
    const auto = await copy(at(source), at(openMemory()), { ...small, workers: 0 }, { onEvent })
    t.match(auto, { status: 'done', comparison: { equal: 200 } })
    t.ok(auto.workers >= 1 && auto.workers <= 8, `${auto.workers}`)
    t.strictSame(found, [auto.workers])
    t.equal((await copy(at(source), at(openMemory()), { ...small, workers: 3 })).workers, 3)
    t.equal((await copy(at(source), at(openMemory()), { dryRun: true })).workers, 0)
  },
)
