import fc from 'fast-check'
import t, { type Test } from 'tap'
import { ObjectsDigest } from '../../../lib/archive/object/digest.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import { deleteObjects, runDelete } from '../../../lib/job/delete/delete.ts'
import type { DeleteOptionsInput } from '../../../lib/job/delete/options.ts'
import type { DeleteContext, DeletePlan } from '../../../lib/job/delete/run.ts'
import { rollback } from '../../../lib/job/rollback/rollback.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Collection, Store } from '../../../lib/store/store.ts'
import { texts } from '../../run/listening.ts'
import { runs, tried } from '../../runs.ts'
import { conditions, DOC, objects } from '../../transform/filter/conditions.ts'
import { idOf, THING, thing, things } from '../backup/archived.ts'
import { overriding } from '../ingest/overriding.ts'
import { objectsOf } from '../restore/restored.ts'
import { directory, TARGETS } from '../targets.ts'

const whole = (store: Store, name = 'Thing') => objectsOf(store, name)

/** Of all that a rollback has to bring back. */
async function digest(store: Store, name = 'Thing'): Promise<string> {
  const sum = new ObjectsDigest()
  for (const object of await whole(store, name)) sum.add(object)
  return sum.hex()
}

const removed = (store: Store, options: DeleteOptionsInput, context: DeleteContext = {}, schema = THING) =>
  deleteObjects(store, schema, options, context)

async function filled(t: Test, kind: keyof typeof TARGETS): Promise<Store> {
  const store = await TARGETS[kind](t)
  await store.create(THING)
  await store.collection('Thing').write(Array.from({ length: 100 }, (_, n) => thing(n, 100)))
  return store
}

for (const kind of Object.keys(TARGETS) as (keyof typeof TARGETS)[]) {
  t.test(`${kind}: what a filter selects is deleted, and a rollback brings it back`, async (t) => {
    const store = await filled(t, kind)
    const before = await digest(store)
    const undoDirectory = directory(t)
    const report = await removed(store, { filter: "count < 9 AND kind = 'red'" }, { undoDirectory })
    t.match(report, { objects: 3, deleted: 3, gone: 0, changed: 0, rejected: 0, left: 0, status: 'done' })
    t.equal(report.undo?.objects, 3)
    t.strictSame(
      (await whole(store)).map(({ properties }) => properties.count),
      Array.from({ length: 100 }, (_, n) => n).filter((n) => n !== 0 && n !== 3 && n !== 6),
    )
    t.match(await rollback(store, report.id, {}, { undoDirectory }), { put_back: 3, left: 0 })
    t.equal(await digest(store), before)
  })
}

t.test(
  'whatever a condition says, it deletes what it selects and nothing else, and can be undone',
  async (t) => {
    const undoDirectory = directory(t)
    const law = fc.asyncProperty(
      conditions,
      fc.array(objects, { minLength: 1, maxLength: 30 }),
      async (one, some) => {
        const distinct = [...new Map(some.map((object) => [object.id, object])).values()]
        const store = openMemory()
        await store.create(DOC)
        await store.collection('Doc').write(distinct)
        const before = await digest(store, 'Doc')
        const kept = distinct.filter((object) => one.holds(object) !== true).map(({ id }) => id)
        const report = await removed(store, { filter: one.text, maxDelete: '100%' }, { undoDirectory }, DOC)
        const left = (await whole(store, 'Doc')).map(({ id }) => id)
        if (JSON.stringify(left) !== JSON.stringify(kept.sort())) throw new Error(`${one.text} left ${left}`)
        if (report.deleted === 0) return
        await rollback(store, report.id, {}, { undoDirectory })
        if ((await digest(store, 'Doc')) !== before) throw new Error(`${one.text} was not undone`)
      },
    )
    await fc.assert(law, tried(runs(20)))
    t.pass()
  },
)

t.test('more than --max-delete allows is refused before anything is deleted', async (t) => {
  const store = await things(100)
  const before = await digest(store)
  const undoDirectory = directory(t)
  const conflict = { code: 'ELYSIA_CONFLICT', message: /would delete 34 of 100 objects \(34.0 %\) of Thing/ }
  for (const maxDelete of ['10%', '33', '33.9%'])
    await t.rejects(removed(store, { filter: "kind = 'red'", maxDelete }, { undoDirectory }), conflict)
  t.equal(await digest(store), before)
  t.match(await removed(store, { filter: "kind = 'red'", maxDelete: '34' }, { undoDirectory }), {
    deleted: 34,
  })
})

t.test('nobody is asked about nothing, and a no deletes nothing', async (t) => {
  const store = await things(100)
  const before = await digest(store)
  const asked: DeletePlan[] = []
  const confirm = async (plan: DeletePlan) => asked.push(plan) === 0
  const context = { undoDirectory: directory(t), confirm }
  t.match(await removed(store, { filter: 'count > 1000' }, context), { objects: 0, status: 'done' })
  t.strictSame(asked, [])
  const { report, error } = await runDelete(store, THING, { filter: 'count < 5' }, context)
  t.match(error, { code: 'ELYSIA_CONFLICT', message: /nobody agreed/ })
  t.match(asked, [{ deletes: 5, objects: 100, ids: [0, 1, 2, 3, 4].map((n) => idOf(n, 100)) }])
  t.match(report, { objects: 5, deleted: 0, left: 5 })
  t.equal(await digest(store), before)
})

t.test('a dry run counts, and deletes nothing', async (t) => {
  const store = await things(100)
  const report = await removed(store, { filter: 'count < 5', dryRun: true })
  t.match(report, { status: 'planned', objects: 5, deleted: 0, left: 5, undo: null })
  t.equal((await whole(store)).length, 100)
})

t.test('what is not selected is not guessed, and does not go', async (t) => {
  const store = await things(100)
  const undoDirectory = directory(t)
  await t.rejects(removed(store, {}, { undoDirectory }), { code: 'ELYSIA_USAGE', hint: /col rm Thing/ })
  await t.rejects(removed(store, { filter: 'cuont = 1' }, { undoDirectory }), { code: 'ELYSIA_USAGE' })
  await t.rejects(removed(store, { filter: 'count = 1' }), {
    code: 'ELYSIA_USAGE',
    message: /no place to keep/,
  })
  t.equal((await whole(store)).length, 100)
})

t.test('by their ids: unknown ones are named, and a filter narrows them', async (t) => {
  const store = await things(100)
  const said: string[] = []
  const objects = [idOf(1, 100), idOf(2, 100), idOf(77, 1000)].join()
  const context = { undoDirectory: directory(t), onEvent: texts(said) }
  const report = await removed(store, { objects, filter: 'count = 2' }, context)
  t.match(report, { objects: 1, deleted: 1, not_found: 1 })
  t.match(said.join(), new RegExp(idOf(77, 1000)))
})

/** A collection that somebody else writes to between the look and the deletion. */
function meanwhile(store: Store, change: (collection: Collection) => Promise<unknown>): Store {
  const collection = store.collection('Thing')
  let isDone = false
  const changed = overriding(collection, {
    async readMany(...args: Parameters<Collection['readMany']>) {
      if (!isDone) await change(collection)
      isDone = true
      return collection.readMany(...args)
    },
  })
  return overriding(store, { collection: () => changed })
}

t.test('what is changed or deleted meanwhile keeps the change', async (t) => {
  const store = await things(100)
  const busy = meanwhile(store, async (collection) => {
    await collection.remove([idOf(0, 100)])
    await collection.write([{ ...thing(1, 100), properties: { count: 5000 } }])
  })
  const report = await removed(busy, { filter: 'count < 5' }, { undoDirectory: directory(t) })
  t.match(report, { objects: 5, deleted: 3, gone: 1, changed: 1, rejected: 0, left: 0 })
  t.equal((await whole(store)).find(({ id }) => id === idOf(1, 100))?.properties.count, 5000)
})

t.test('a stop leaves the rest, and what was deleted comes back', async (t) => {
  const store = await things(2000)
  const before = await digest(store)
  const undoDirectory = directory(t)
  const stop = new AbortController()
  const context: DeleteContext = {
    undoDirectory,
    stop: stop.signal,
    onEvent: (event) => {
      if (event.type === 'progress' && event.phase === 'deleting') stop.abort(new Error('stopped'))
    },
  }
  const { report } = await runDelete(store, THING, { filter: 'count >= 0', maxDelete: '100%' }, context)
  t.match(report, { status: 'interrupted', objects: 2000, deleted: 500, left: 1500 })
  t.equal((await whole(store)).length, 1500)
  await rollback(store, report.id, {}, { undoDirectory })
  t.equal(await digest(store), before)
})

t.test('in a class with tenants it deletes of those that were named, and of none that sleeps', async (t) => {
  const store = openMemory()
  await store.create({ ...THING, multiTenancyConfig: { enabled: true } })
  await store.createTenants('Thing', ['a', 'b'])
  const own = Array.from({ length: 30 }, (_, n) => thing(n, 30))
  for (const tenant of ['a', 'b']) await store.collection('Thing').write(own, { tenant })
  const schema = (await store.schema('Thing'))!
  const context = { undoDirectory: directory(t) }
  const inOne = await removed(store, { filter: 'count = 1', tenant: 'a' }, context, schema)
  t.match(inOne, { objects: 1, deleted: 1 })
  t.match(await removed(store, { filter: 'count = 2' }, context, schema), { objects: 2, deleted: 2 })
  const counts = async () => [
    await store.collection('Thing').count({ tenant: 'a' }),
    await store.collection('Thing').count({ tenant: 'b' }),
  ]
  t.strictSame(await counts(), [28, 29])
  await store.setTenantStates('Thing', [{ name: 'b', state: 'inactive' }])
  await t.rejects(removed(store, { filter: 'count = 3', tenant: 'c' }, context, schema), {
    code: 'ELYSIA_NOT_FOUND',
  })
  const few = { filter: 'count >= 0', tenant: 'a', maxDelete: '0' }
  await t.rejects(removed(store, few, context, schema), { message: /would delete .*: a\/[0-9a-f-]{36}/ })
  await t.rejects(removed(store, { filter: 'count = 3' }, context, schema), {
    code: 'ELYSIA_CONFLICT',
    hint: 'nothing was deleted; name the active ones: --tenant a',
  })
})

t.test('what the store refuses to delete is counted, and the rest goes', async (t) => {
  const store = await things(100)
  const collection = store.collection('Thing')
  const refusing = overriding(collection, {
    async remove(ids: readonly string[], ...more: [never]) {
      const outcomes = await collection.remove(
        ids.filter((id) => id !== idOf(2, 100)),
        ...more,
      )
      const found = new Map(ids.filter((id) => id !== idOf(2, 100)).map((id, at) => [id, outcomes[at]!]))
      return ids.map((id) => found.get(id) ?? { ok: false, existed: true, reason: 'read-only' })
    },
  } as Partial<Collection>)
  const report = await removed(
    overriding(store, { collection: () => refusing }),
    { filter: 'count < 5' },
    { undoDirectory: directory(t) },
  )
  t.match(report, { objects: 5, deleted: 4, rejected: 1 })
  const left: StoredObject[] = await whole(store)
  t.equal(left.length, 96)
})

t.test('what a run of that name keeps of another store is not taken for its own', async (t) => {
  const undoDirectory = directory(t)
  const [store, other] = [await filled(t, 'sqlite'), await filled(t, 'sqlite')]
  const before = await digest(store)
  const context = { undoDirectory, runId: 'nightly' }
  await removed(store, { filter: 'count < 5' }, context)
  await t.rejects(removed(other, { filter: 'count < 5' }, context), {
    code: 'ELYSIA_CONFLICT',
    message: /nightly keeps what a delete called nightly changed of Thing/,
  })
  t.equal((await whole(other)).length, 100)
  t.match(await rollback(store, 'nightly', {}, { undoDirectory }), { put_back: 5 })
  t.equal(await digest(store), before)
})
