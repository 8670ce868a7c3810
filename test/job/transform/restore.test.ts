import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { runApply } from '../../../lib/job/restore/planned/apply.ts'
import { openPlan } from '../../../lib/job/restore/planned/plan.ts'
import { restore, runRestore } from '../../../lib/job/restore/restore.ts'
import { openState } from '../../../lib/run/state.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { dropProperty } from '../../../lib/transform/step/drop.ts'
import { mapProperty } from '../../../lib/transform/step/map.ts'
import { setProperty } from '../../../lib/transform/step/set.ts'
import { whereTrue } from '../../../lib/transform/step/where.ts'
import { type Transform, transformReject } from '../../../lib/transform/transform.ts'
import { archiveOf, idOf, THING, thing, things } from '../backup/archived.ts'
import { objectsOf, SMALL, sourceOf, summed } from '../restore/restored.ts'

/** Of ten objects the first is refused, the second left out; where `adds`, the third becomes two. */
function everyTenth(adds: boolean): Transform {
  return {
    name: 'tenths',
    filters: true,
    ...(adds && { expands: true }),
    bind: (schema) => ({
      schema,
      touches: new Set(),
      objects: (page) => {
        const place = ({ properties }: (typeof page)[number]) => Number(properties.count) % 10
        const copies = adds ? page.filter((one) => place(one) === 2) : []
        return {
          objects: [
            ...page.filter((one) => place(one) > 1),
            ...copies.map((one) => ({ ...one, id: one.id.replace('-4000-', '-4001-') })),
          ],
          rejects: page
            .filter((one) => place(one) === 0)
            .map((one) => transformReject('tenths', one, 'a tenth')),
          filtered: page.filter((one) => place(one) === 1).length,
          added: copies.length,
        }
      },
    }),
  }
}

t.test('a restored class is the transformed one, and what was written is read back and equal', async (t) => {
  const store = openMemory()
  const transforms = [dropProperty('kind')]
  const report = await restore(await sourceOf(await archiveOf(300, SMALL)), store, {}, { transforms })
  t.match(summed(report), {
    objects: 300,
    written: 300,
    rejected: 0,
    transforms: [{ name: 'drop kind' }],
    verification: { count: 300, digest_equal: true },
  })
  t.same((await store.schema('Thing'))?.properties, THING.properties?.slice(0, 2))
  const [first] = await objectsOf(store, 'Thing')
  t.same(first?.properties, { title: 'thing 0', count: 0 })
})

t.test('each object has one outcome: written, refused, left out, or made of another', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'elysiactl-transform-'))
  t.teardown(() => rm(directory, { recursive: true }))
  const rejectsPath = join(directory, 'rejects.jsonl')
  const store = openMemory()
  const transforms = [dropProperty('kind'), everyTenth(true)]
  const source = await sourceOf(await archiveOf(300, SMALL))
  const report = await restore(source, store, { workers: 2 }, { transforms, rejectsPath })
  const { objects, written, rejected, filtered, added } = report
  t.match(
    { objects, written, rejected, filtered, added },
    { objects: 330, written: 270, rejected: { transform_failed: 30 }, filtered: 30, added: 30 },
  )
  t.same(report.reject_reasons, [{ reason: 'tenths: a tenth', count: 30 }])
  const [line] = (await readFile(rejectsPath, 'utf8')).split('\n')
  t.match(JSON.parse(line!), {
    id: idOf(0, 300),
    code: 'transform_failed',
    reason: 'tenths: a tenth',
    // As its source has it, so that the same transforms may take it again.
    object: { properties: thing(0, 300).properties },
  })
})

t.test('a dry run counts what transforms would refuse and leave out, and writes nothing', async (t) => {
  const store = openMemory()
  const source = await sourceOf(await archiveOf(100, SMALL))
  const report = await restore(source, store, { dryRun: true }, { transforms: [everyTenth(false)] })
  t.match(report, { status: 'planned', rejected: { transform_failed: 10 }, filtered: 10 })
  t.same(await store.list(), [])
})

t.test(
  'objects are compared as they will be written: nothing is sent where nothing has changed',
  async (t) => {
    const store = await things(100)
    const source = await sourceOf(await archiveOf(100, SMALL))
    const first = { onConflict: 'overwrite', onlyChanged: true } as const
    const undoDirectory = await mkdtemp(join(tmpdir(), 'elysiactl-undo-'))
    t.teardown(() => rm(undoDirectory, { recursive: true }))
    const context = { transforms: [setProperty('kind=NULL')], undoDirectory }
    t.match(await restore(source, store, first, context), { written: 100, unchanged: 0 })
    t.match(await restore(source, store, first, context), { written: 0, unchanged: 100 })
  },
)

t.test('whole objects are not replaced by what a transform has taken a property from', async (t) => {
  const store = await things(10)
  const source = await sourceOf(await archiveOf(10))
  const context = { transforms: [dropProperty('kind')] }
  await t.rejects(restore(source, store, { onConflict: 'overwrite', undo: false }, context), {
    code: 'ELYSIA_CONFLICT',
    message: /the kind of its objects lost/,
  })
  t.equal((await objectsOf(store, 'Thing'))[0]?.properties.kind, 'red')
})

t.test('a replace is refused where a transform may leave objects out', async (t) => {
  const store = await things(10)
  const source = await sourceOf(await archiveOf(10))
  const context = { transforms: [everyTenth(false)] }
  await t.rejects(runRestore(source, store, { onConflict: 'replace' }, context), {
    code: 'ELYSIA_USAGE',
    message: /a transform leaves out some of its objects/,
  })
})

t.test('a reference under another name leads to the same objects, read back and equal', async (t) => {
  const from = openMemory()
  const beacon = (name: string, n: number) => ({ beacon: `weaviate://localhost/${name}/${idOf(n)}` })
  await from.create({ ...THING, properties: [...THING.properties!, { name: 'next', dataType: ['Thing'] }] })
  const collection = from.collection('Thing')
  await collection.write(Array.from({ length: 50 }, (_, n) => thing(n)))
  await collection.link([{ id: idOf(3), property: 'next', beacons: [beacon('Thing', 4).beacon] }])
  const files: Files = new Map()
  await backup(from, 'Thing', memoryStorage(files), { compression: 'none' })
  const store = openMemory()
  const context = { transforms: [mapProperty('next=after'), setProperty('count=count + 1')] }
  const report = await restore(await sourceOf(files), store, { name: 'Copy' }, context)
  t.match(report, { references: 1, written: 50, verification: { digest_equal: true } })
  const found = (await objectsOf(store, 'Copy')).find(({ id }) => id === idOf(3))
  t.same(found?.properties, { title: 'thing 3', count: 4, kind: 'red', after: [beacon('Copy', 4)] })
})

t.test('an interrupted restore goes on with the same transforms, and with no others', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'elysiactl-transform-'))
  const state = openState(undefined, directory)
  t.teardown(async () => {
    state.close()
    await rm(directory, { recursive: true })
  })
  const store = openMemory()
  const files = await archiveOf(600, SMALL)
  const stop = new AbortController()
  const transforms = () => [dropProperty('kind'), whereTrue('count >= 10')]
  const first = { transforms: transforms(), state, stop: stop.signal }
  let progressed = 0
  const onEvent = ({ type }: { type: string }) => {
    if (type === 'progress' && ++progressed === 6) stop.abort()
  }
  const options = { workers: 1, batchSize: 50 } as const
  const ended = await runRestore(await sourceOf(files), store, options, { ...first, onEvent })
  t.ok(ended.error, 'it was interrupted')
  await t.rejects(
    restore(await sourceOf(files), store, options, { transforms: [dropProperty('kind')], state }),
    { code: 'ELYSIA_CONFLICT' },
  )
  const report = await restore(await sourceOf(files), store, options, { transforms: transforms(), state })
  t.match(report, { written: 590, filtered: 10, verification: { count: 590, digest_equal: true } })
  t.ok(report.parts_continued > 0, `${report.parts_continued} parts were done`)
})

/** Makes a second object of each, with an id that all of these have. */
const doubling: Transform = {
  name: 'doubling',
  expands: true,
  bind: (schema) => ({
    schema,
    touches: new Set(),
    objects: (page) => ({
      objects: page.flatMap((one) => [one, { ...one, id: 'ffffffff-ffff-4fff-bfff-ffffffffffff' }]),
      rejects: [],
      filtered: 0,
      added: page.length,
    }),
  }),
}

t.test('a plan of a transform that adds objects is applied; a dry run counts ids of all parts', async (t) => {
  const plan = join(t.testdir(), 'plan')
  const archive = await archiveOf(300, SMALL)
  const store = await things(10)
  // Of objects with one id the first is kept: parts that are read side by side have no first.
  const how = { onConflict: 'overwrite', undo: false, workers: 1 } as const
  const context = { transforms: [doubling] }
  const dry = await restore(await sourceOf(archive), store, { ...how, dryRun: true }, context)
  t.match(dry, { rejected: { repeated_id: 299 }, added: 300 })
  const report = await restore(await sourceOf(archive), store, { ...how, plan }, context)
  t.match(report.planned, { create: 300, overwrite: 1, rejected: 299 })
  const opened = await openPlan(plan)
  t.teardown(() => opened.close())
  const { report: applied } = await runApply(
    opened,
    await sourceOf(archive),
    store,
    { undo: false, workers: 1 },
    context,
  )
  t.match(applied, { status: 'done', written: 301, rejected: { repeated_id: 299 } })
})

t.test('an interrupted restore into an alias goes on with its transforms', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'elysiactl-transform-'))
  const state = openState(undefined, directory)
  t.teardown(async () => {
    state.close()
    await rm(directory, { recursive: true })
  })
  const [store, files, stop] = [openMemory(), await archiveOf(600, SMALL), new AbortController()]
  let progressed = 0
  const onEvent = ({ type }: { type: string }) => {
    if (type === 'progress' && ++progressed === 6) stop.abort()
  }
  const options = { workers: 1, batchSize: 50, intoAlias: 'Live' } as const
  const context = () => ({ transforms: [dropProperty('kind')], state })
  const first = await runRestore(await sourceOf(files), store, options, {
    ...context(),
    stop: stop.signal,
    onEvent,
  })
  t.ok(first.error, 'it was interrupted')
  const report = await restore(await sourceOf(files), store, options, context())
  t.match(report, { class: 'Live_v1', written: 600, alias: { switched: true } })
  t.ok(report.parts_continued > 0, `${report.parts_continued} parts were done`)
})
