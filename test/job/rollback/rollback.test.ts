import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import type { StoredObject } from '../../../lib/core/object.ts'
import { restore } from '../../../lib/job/restore/restore.ts'
import { rollback, runRollback } from '../../../lib/job/rollback/rollback.ts'
import type { Store } from '../../../lib/store/store.ts'
import { archiveOf, idOf, THING, thing } from '../backup/archived.ts'
import { objectsOf, SMALL, sourceOf } from '../restore/restored.ts'
import { directory, TARGETS } from '../targets.ts'

const OBJECTS = 200

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

t.test('nothing can be taken back of a run that is not known, or of another target', async (t) => {
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
