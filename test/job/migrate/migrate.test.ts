// A collection is changed beside itself, its alias switched, and switched back; refused where readers would not follow.
import t, { type Test } from 'tap'
import { runMigrate } from '../../../lib/job/migrate/migrate.ts'
import type { MigrateOptionsInput } from '../../../lib/job/migrate/options.ts'
import { openState } from '../../../lib/run/state.ts'
import type { Store } from '../../../lib/store/store.ts'
import { dropProperty } from '../../../lib/transform/step/drop.ts'
import { eachObject } from '../../../lib/transform/step/eachObject.ts'
import { Refusal, type Transform } from '../../../lib/transform/transform.ts'
import { THING, thing, things } from '../backup/archived.ts'
import { changedStore } from '../changed.ts'
import { objectsOf } from '../restore/restored.ts'
import { directory } from '../targets.ts'

const MANY = 40
const DROP = [dropProperty('count')]

/** A collection that is read through an alias. */
async function aliased(t: Test) {
  const store = await things(MANY)
  await store.createAlias({ alias: 'Live', collection: 'Thing' })
  const state = openState(store, directory(t))
  t.teardown(() => state.close())
  const migrate = (input: MigrateOptionsInput, transforms: readonly Transform[] = [], on: Store = store) =>
    runMigrate(on, 'Live', input, { state, transforms })
  const meaning = async () => (await store.aliases()).find(({ alias }) => alias === 'Live')?.collection
  return { store, state, migrate, meaning }
}

t.test(
  'the alias means the changed collection, what was before stays, and can be gone back to',
  async (t) => {
    const { store, migrate, meaning } = await aliased(t)
    const { report, error } = await migrate({}, DROP)
    t.equal(error, undefined)
    t.match(report, {
      status: 'migrated',
      alias: 'Live',
      before: 'Thing',
      class: 'Live_v1',
      means: 'Live_v1',
    })
    const changed = await objectsOf(store, 'Live_v1')
    t.equal(changed.length, MANY)
    t.notOk(changed.some(({ properties }) => 'count' in properties))
    t.notOk((await store.schema('Live_v1'))!.properties!.some(({ name }) => name === 'count'))
    t.equal((await objectsOf(store, 'Thing')).length, MANY)
    t.match((await migrate({ undo: true })).report, { status: 'undone', means: 'Thing' })
    t.equal(await meaning(), 'Thing')
    await t.rejects(migrate({ undo: true }), { code: 'ELYSIA_CONFLICT', message: /was undone/ })
    await t.rejects(migrate({ dropOld: true }), { code: 'ELYSIA_CONFLICT' })
  },
)

t.test('what was before is removed when asked, but not while something leads to it', async (t) => {
  const { store, migrate } = await aliased(t)
  await store.createAlias({ alias: 'Other', collection: 'Thing' })
  t.match((await migrate({}, DROP)).report, { left_behind: ['the alias Other'] })
  await t.rejects(migrate({ dropOld: true }), { code: 'ELYSIA_CONFLICT', message: /alias Other/ })
  await store.dropAlias('Other')
  t.match((await migrate({ dropOld: true })).report, { status: 'dropped', means: 'Live_v1' })
  t.equal(await store.schema('Thing'), undefined)
  await t.rejects(migrate({ undo: true }), { code: 'ELYSIA_CONFLICT', message: /was removed/ })
  const again = await migrate({ vectorMap: 'default=content', dropOld: true })
  t.match(again.report, { status: 'migrated', before: 'Live_v1', class: 'Live_v2' })
  t.equal(await store.schema('Live_v1'), undefined)
})

t.test('what is written while it copies is in the changed collection too', async (t) => {
  const { store, migrate } = await aliased(t)
  let writes = 0
  const busy = changedStore(store, (collection) => ({
    async write(...words) {
      if (collection.name === 'Live_v1' && writes++ === 0) {
        await store.collection('Thing').write([thing(900)])
        await store.collection('Thing').remove([thing(0, MANY).id])
      }
      return collection.write(...words)
    },
  }))
  const { report, error } = await migrate({}, DROP, busy)
  t.equal(error, undefined)
  t.equal(report.status, 'migrated')
  const ids = async (name: string) => (await objectsOf(store, name)).map(({ id }) => id)
  t.strictSame(await ids('Live_v1'), await ids('Thing'))
})

t.test(
  'an object that cannot be changed keeps the alias where it is; corrected, the same command goes on',
  async (t) => {
    const { store, state, migrate, meaning } = await aliased(t)
    const [bad] = await objectsOf(store, 'Thing')
    const strict: Transform = {
      name: 'strict',
      bind: (schema) =>
        eachObject('strict', {
          schema,
          touches: [],
          change: ({ id, properties }) =>
            id === bad!.id && properties.title !== 'mended' ? new Refusal('it is bad') : 'kept',
        }),
    }
    const { report, error } = await migrate({}, [strict])
    t.match(error, {
      code: 'ELYSIA_INCOMPLETE',
      message: /1 objects or references of Thing were rejected.*it is bad/,
    })
    t.match(report, { status: 'failed', means: 'Thing' })
    await t.rejects(migrate({}, DROP), { code: 'ELYSIA_CONFLICT', message: /interrupted migration/ })
    const { createdMs, updatedMs, ...mended } = bad!
    await store
      .collection('Thing')
      .write([{ ...mended, properties: { ...mended.properties, title: 'mended' } }])
    const again = await migrate({}, [strict])
    t.equal(again.error, undefined)
    t.match(again.report, { status: 'migrated', class: 'Live_v1' })
    t.equal(await meaning(), 'Live_v1')
    t.equal(state.journal.runs(store.target)[0]?.status, 'done')
  },
)

t.test('without an alias, or anything to change, nothing is written', async (t) => {
  const { store, migrate } = await aliased(t)
  await t.rejects(migrate({}), { code: 'ELYSIA_USAGE', message: /no change to \S+ is given/ })
  await t.rejects(migrate({ undo: true, dropOld: true }), { code: 'ELYSIA_USAGE' })
  await t.rejects(migrate({ undo: true }), { code: 'ELYSIA_NOT_FOUND' })
  await store.create({ ...THING, class: 'Bare' })
  await t.rejects(runMigrate(store, 'Bare', {}, { transforms: DROP }), {
    code: 'ELYSIA_USAGE',
    message: /Bare has no alias/,
  })
  await store.createAlias({ alias: 'Second', collection: 'Thing' })
  await t.rejects(runMigrate(store, 'Thing', {}, { transforms: DROP }), { message: /several aliases/ })
  const planned = await migrate({ dryRun: true }, DROP)
  t.match(planned.report, { status: 'planned', before: 'Thing', class: 'Live_v1', means: 'Thing' })
  t.strictSame((await store.list()).map(({ name }) => name).sort(), ['Bare', 'Thing'])
})
