import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { deleteObjects } from '../../../lib/job/delete/delete.ts'
import { openSide } from '../../../lib/job/diff/side/open.ts'
import { storeSide } from '../../../lib/job/diff/side/store.ts'
import { restore, runRestore } from '../../../lib/job/restore/restore.ts'
import { rollback, runRollback } from '../../../lib/job/rollback/rollback.ts'
import { lockChanges, lockUndo } from '../../../lib/job/undo/lock.ts'
import { openState, type State } from '../../../lib/run/state.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Collection, Store } from '../../../lib/store/store.ts'
import { archiveOf, idOf, THING, thing } from '../backup/archived.ts'
import { changedStore } from '../changed.ts'
import { compared } from '../diff/compared.ts'
import { objectsOf, SMALL, sourceOf } from '../restore/restored.ts'
import { directory, TARGETS } from '../targets.ts'

const OBJECTS = 80

/** Every second thing of the archive, with another title, and one that the archive does not have. */
async function living(store: Store): Promise<void> {
  await store.create(THING)
  const some = Array.from({ length: OBJECTS + 1 }, (_, n) => thing(n, OBJECTS)).filter((_, n) => n % 2 === 0)
  await store.collection('Thing').write(some.map((one) => ({ ...one, properties: { title: 'mine' } })))
}

async function overwritten(t: Test, store: Store) {
  await living(store)
  const before = await objectsOf(store, 'Thing')
  const context = { undoDirectory: directory(t) }
  const files = await archiveOf(OBJECTS, SMALL)
  const { id: run } = await restore(await sourceOf(files), store, { onConflict: 'overwrite' }, context)
  return { before, run, context }
}

for (const [name, open] of Object.entries(TARGETS)) {
  t.test(`what a restore has overwritten in ${name} is as it was before`, async (t) => {
    const store = await open(t)
    const { before, run, context } = await overwritten(t, store)
    t.notSame(await objectsOf(store, 'Thing'), before)
    const report = await rollback(store, run, {}, context)
    t.match(report, {
      status: 'done',
      undone: run,
      objects: OBJECTS,
      put_back: OBJECTS / 2,
      removed: OBJECTS / 2,
      unchanged: 0,
      left: 0,
      verified: OBJECTS,
      left_file: null,
    })
    t.same(await objectsOf(store, 'Thing'), before)
    t.match(await rollback(store, run, {}, context), { unchanged: OBJECTS, put_back: 0 }, 'a second time')
  })

  t.test(`what a restore has changed in ${name} is compared with what it keeps of it`, async (t) => {
    const store = await open(t)
    const { run, context } = await overwritten(t, store)
    const sides = async () =>
      [await openSide(`${context.undoDirectory}/${run}`), await storeSide(store, 'Thing')] as const
    const { report } = await compared(...(await sides()))
    t.match(report, { compared: OBJECTS, different: OBJECTS / 2, only_right: OBJECTS / 2, only_left: 0 })
    t.match(report.properties, { title: OBJECTS / 2 })
    await rollback(store, run, {}, context)
    t.match((await compared(...(await sides()))).report, { is_equal: true, equal: OBJECTS / 2 })
  })

  t.test(`a dry run of a rollback in ${name} says what would become of each object`, async (t) => {
    const store = await open(t)
    const { run, before, context } = await overwritten(t, store)
    const mine = new Set(before.map(({ id }) => id))
    const [one] = (await objectsOf(store, 'Thing')) as [StoredObject]
    await store.collection('Thing').write([{ ...one, properties: { title: 'theirs' } }])
    const now = await objectsOf(store, 'Thing')
    const { changes, ...report } = await rollback(store, run, { dryRun: true }, context)
    t.match(report, { status: 'planned', left: 1 })
    t.strictSame(await objectsOf(store, 'Thing'), now)
    const fates = new Map(changes!.map(({ id, fate }) => [id, fate]))
    t.equal(fates.size, OBJECTS)
    const fateOf = (id: string) => (id === one.id ? 'left' : mine.has(id) ? 'put_back' : 'removed')
    t.ok([...fates].every(([id, fate]) => fate === fateOf(id)))
    t.equal((await rollback(store, run, {}, context)).changes, null)
  })

  t.test(`what somebody else has changed in ${name} since stays, and is listed`, async (t) => {
    const store = await open(t)
    const { before, run, context } = await overwritten(t, store)
    const collection = store.collection('Thing')
    const own = (n: number): StoredObject => ({ ...thing(n, OBJECTS), properties: { title: 'theirs' } })
    await collection.write([own(0), own(1)])
    await collection.remove([idOf(2, OBJECTS), idOf(3, OBJECTS)])
    const planned = await rollback(store, run, { dryRun: true }, context)
    t.match(planned, { status: 'planned', left: 3, unchanged: 1, left_file: null })
    const report = await rollback(store, run, {}, context)
    t.match(report, { left: 3, unchanged: 1, verified: OBJECTS - 3 })
    const left = readFileSync(report.left_file!, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    t.same(left, [
      { id: idOf(0, OBJECTS), found: 'changed' },
      { id: idOf(1, OBJECTS), found: 'changed' },
      { id: idOf(2, OBJECTS), found: 'gone' },
    ])
    const after = await objectsOf(store, 'Thing')
    t.same(
      after.slice(0, 2).map(({ properties }) => properties),
      [{ title: 'theirs' }, { title: 'theirs' }],
    )
    t.match(await rollback(store, run, { force: true }, context), { left: 0, put_back: 2, removed: 1 })
    t.same(await objectsOf(store, 'Thing'), before)
  })
}

t.test('nothing can be undone of a run that is not known, or of another target', async (t) => {
  const [memory, sqlite] = [await TARGETS.memory(), await TARGETS.sqlite(t)]
  const { run, context } = await overwritten(t, memory)
  await t.rejects(runRollback(memory, 'nope', {}, context), { code: 'ELYSIA_NOT_FOUND' })
  await t.rejects(runRollback(memory, '../x', {}, context), { code: 'ELYSIA_USAGE' })
  await t.rejects(runRollback(sqlite, run, {}, context), { code: 'ELYSIA_CONFLICT', message: /not sqlite/ })
})

t.test('a restore without undo keeps nothing', async (t) => {
  const store = await TARGETS.memory()
  await living(store)
  const files = await archiveOf(OBJECTS, SMALL)
  const report = await restore(await sourceOf(files), store, { onConflict: 'overwrite', undo: false })
  t.equal(report.undo, null)
  await t.rejects(restore(await sourceOf(files), store, { onConflict: 'skip' }), { code: 'ELYSIA_USAGE' })
})

function stateOf(t: Test, store: Store): State {
  const state = openState(store, directory(t))
  t.teardown(() => state.close())
  return state
}

const failing = async (): Promise<never> => {
  throw new Error('not now')
}

t.test('a restore that goes on after a rollback was interrupted writes everything again', async (t) => {
  const store = openMemory()
  await living(store)
  const state = stateOf(t, store)
  const files = await archiveOf(OBJECTS, SMALL)
  const options = { onConflict: 'overwrite', verify: false, waitIndexed: true } as const
  const ending = changedStore(store, () => ({}), { unindexed: failing })
  const first = await runRestore(await sourceOf(files), ending, options, { state })
  t.match(first, { error: { message: 'not now' }, report: { status: 'failed', written: OBJECTS } })
  const { id: run } = first.report
  const halting = changedStore(store, (collection: Collection) => ({
    remove: async (...given) => {
      await collection.remove(...given)
      return failing()
    },
  }))
  t.match(await runRollback(halting, run, {}, { state }), { report: { status: 'failed' } })
  const again = await restore(await sourceOf(files), store, options, { state })
  t.match(again, { id: run, status: 'done', parts_continued: 0, written: OBJECTS })
  t.equal((await objectsOf(store, 'Thing')).length, OBJECTS + 1)
})

t.test('tenants that an interrupted restore has left active are put back', async (t) => {
  const schema = { ...THING, multiTenancyConfig: { enabled: true } }
  const [from, store] = [openMemory(), openMemory()]
  for (const one of [from, store]) {
    await one.create(schema)
    await one.createTenants('Thing', ['a', 'b', 'c'])
    await one.collection('Thing').write([thing(0)], { tenant: 'a' })
  }
  await store.setTenantStates('Thing', [
    { name: 'a', state: 'inactive' },
    { name: 'b', state: 'inactive' },
  ])
  const before = await store.tenantStates('Thing')
  const files: Files = new Map()
  await backup(from, 'Thing', memoryStorage(files), {})
  const state = stateOf(t, store)
  const killed = changedStore(store, () => ({ write: failing }), {
    setTenantStates: async (name, tenants) =>
      tenants.some((one) => one.state === 'inactive') ? failing() : store.setTenantStates(name, tenants),
  })
  const options = { onConflict: 'overwrite' } as const
  const { report } = await runRestore(await sourceOf(files), killed, options, { state })
  t.equal(report.status, 'failed')
  t.notSame(await store.tenantStates('Thing'), before)
  t.match(await rollback(store, report.id, {}, { state }), { status: 'done', left: 0 })
  t.same(await store.tenantStates('Thing'), before)
})

t.test('a rollback that met a run at work keeps no lock of its own', async (t) => {
  const store = openMemory()
  await living(store)
  const state = stateOf(t, store)
  const files = await archiveOf(OBJECTS, SMALL)
  const { id } = await restore(await sourceOf(files), store, { onConflict: 'overwrite' }, { state })
  const lock = lockUndo(state, id)
  await t.rejects(rollback(store, id, {}, { state }), { code: 'ELYSIA_LOCKED' })
  lock.release()
  t.match(await rollback(store, id, {}, { state }), { status: 'done', objects: OBJECTS })
})

t.test('of one collection one run changes objects at a time', async (t) => {
  const store = openMemory()
  await living(store)
  const state = stateOf(t, store)
  const files = await archiveOf(OBJECTS, SMALL)
  const source = () => sourceOf(files)
  const { id } = await restore(await source(), store, { onConflict: 'overwrite' }, { state })
  const lock = lockChanges(state, store.target, 'Thing')
  const busy = { code: 'ELYSIA_LOCKED', message: /busy with objects of Thing/ }
  await t.rejects(rollback(store, id, {}, { state }), busy)
  await t.rejects(restore(await source(), store, { onConflict: 'merge' }, { state }), busy)
  await t.rejects(deleteObjects(store, THING, { objects: [idOf(0)].join() }, { state }), busy)
  t.match(await restore(await source(), store, { onConflict: 'skip', dryRun: true }, { state }), {
    status: 'planned',
  })
  lock.release()
  t.match(await rollback(store, id, {}, { state }), { status: 'done' })
})
