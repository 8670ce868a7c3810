import t from 'tap'
import { restore } from '../../../../lib/job/restore/restore.ts'
import type { Store } from '../../../../lib/store/store.ts'
import { archiveOf, THING, thing } from '../../backup/archived.ts'
import { TARGETS } from '../../targets.ts'
import { objectsOf, SMALL, sourceOf } from '../restored.ts'

const OBJECTS = 300

/** The things of the archive with another title, every second one, and one that the archive does not have. */
async function living(store: Store): Promise<Store> {
  await store.create(THING)
  const some = Array.from({ length: OBJECTS + 1 }, (_, n) => thing(n, OBJECTS)).filter((_, n) => n % 2 === 0)
  await store.collection('Thing').write(some.map((one) => ({ ...one, properties: { title: 'mine' } })))
  return store
}

for (const [name, open] of Object.entries(TARGETS)) {
  t.test(`into a collection of ${name} that is there`, async (t) => {
    const files = await archiveOf(OBJECTS, SMALL)
    const undoDirectory = t.testdir()
    t.test('skip writes only the objects that are missing', async (t) => {
      const store = await living(await open(t))
      const report = await restore(await sourceOf(files), store, { onConflict: 'skip' }, { undoDirectory })
      t.match(report, {
        status: 'done',
        objects: OBJECTS,
        written: OBJECTS / 2,
        skipped: { exists: OBJECTS / 2 },
      })
      const after = await objectsOf(store, 'Thing')
      t.equal(after.length, OBJECTS + 1)
      t.same(
        after.filter(({ properties }) => properties.title === 'mine').length,
        OBJECTS / 2 + 1,
        'what is there stays',
      )
    })
    t.test('overwrite replaces whole objects, and leaves those that the archive does not have', async (t) => {
      const store = await living(await open(t))
      const report = await restore(
        await sourceOf(files),
        store,
        { onConflict: 'overwrite' },
        { undoDirectory },
      )
      t.match(report, { status: 'done', objects: OBJECTS, written: OBJECTS, undo: { objects: OBJECTS } })
      t.match(report.verification, { count: OBJECTS, digest_equal: true })
      const after = await objectsOf(store, 'Thing')
      t.equal(after.length, OBJECTS + 1)
      t.same(after.at(-1)?.properties, { title: 'mine' })
      t.same(after[2]?.properties, thing(2, OBJECTS).properties)
    })
  })
}
