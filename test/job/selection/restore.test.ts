import t from 'tap'
import { memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import type { RestoreOptionsInput } from '../../../lib/job/restore/options.ts'
import { restore, runRestore } from '../../../lib/job/restore/restore.ts'
import type { Store } from '../../../lib/store/store.ts'
import { on } from '../../run/listening.ts'
import { archiveOf, idOf, thing, things } from '../backup/archived.ts'
import { objectsOf, SMALL, sourceOf } from '../restore/restored.ts'
import { TARGETS } from '../targets.ts'

const archive = await archiveOf(400, SMALL)

const restored = async (store: Store, options: RestoreOptionsInput) =>
  restore(await sourceOf(archive), store, options)

for (const [kind, open] of Object.entries(TARGETS)) {
  t.test(`${kind}: a restore brings back what is selected, and every object has its outcome`, async (t) => {
    const store = await open(t)
    const report = await restored(store, {
      filter: "kind = 'red' AND count < 100",
      properties: 'title,count',
    })
    t.match(report, { objects: 400, written: 34, filtered: 366, status: 'done' })
    t.match(report.verification, { count: 34, digest_equal: true })
    const objects = await objectsOf(store, 'Thing')
    t.strictSame(
      objects.map(({ properties }) => properties),
      Array.from({ length: 34 }, (_, n) => ({ title: `thing ${3 * n}`, count: 3 * n })),
    )
    t.same([...objects[1]!.vector!], [...thing(3).vector!], 'vectors stay')
  })
}

t.test(
  'objects by their ids: only the parts that may hold them are read, and unknown ids are named',
  async (t) => {
    const store = await TARGETS.sqlite(t)
    const ids = [idOf(3, 400), idOf(4, 400), idOf(700, 1000)]
    const said: unknown[] = []
    const onEvent = on('objects_not_found', ({ ids }) => said.push(ids))
    const { error, report } = await runRestore(
      await sourceOf(archive),
      store,
      { objects: ids.join() },
      { onEvent },
    )
    t.notOk(error)
    t.match(report, { written: 2, not_found: 1 })
    t.ok(
      report.objects < 400 && report.parts < (await sourceOf(archive)).parts.length,
      'parts are passed over',
    )
    t.strictSame(said, [[idOf(700, 1000)]])
    t.strictSame(
      (await objectsOf(store, 'Thing')).map(({ id }) => id),
      ids.slice(0, 2),
    )
  },
)

t.test('a selection of nothing leaves no collection', async (t) => {
  const store = await TARGETS.sqlite(t)
  for (const options of [{ filter: 'count > 5000' }, { objects: idOf(700, 1000) }]) {
    await t.rejects(restored(store, options), {
      code: 'ELYSIA_INCOMPLETE',
      message: /no object of .* is selected by/,
    })
  }
  t.strictSame(await store.list(), [])
})

t.test('what does not fit the class of the archive is refused before anything is made', async (t) => {
  const store = await TARGETS.sqlite(t)
  const usage = { code: 'ELYSIA_USAGE' }
  await t.rejects(restored(store, { filter: 'cuont > 5' }), { ...usage, hint: /did you mean count/ })
  await t.rejects(restored(store, { properties: 'titel' }), { ...usage, hint: /title/ })
  await t.rejects(restored(store, { objects: 'seven' }), usage)
  t.strictSame(await store.list(), [])
})

t.test('a dry run counts what is selected, and writes nothing', async (t) => {
  const store = await TARGETS.sqlite(t)
  const report = await restored(store, { filter: 'count < 10', dryRun: true })
  t.match(report, { status: 'planned', filtered: 390 })
  t.strictSame(await store.list(), [])
})

t.test('an archive that was filtered can be filtered once more', async (t) => {
  const files = new Map()
  await backup(await things(100), 'Thing', memoryStorage(files), {
    filter: 'count < 50',
    compression: 'none',
  })
  const store = await TARGETS.sqlite(t)
  const report = await restore(await sourceOf(files), store, { filter: "kind = 'blue'" })
  t.match(report, { objects: 50, written: 16, filtered: 34 })
})
