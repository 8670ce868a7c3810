import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { restore, runRestore } from '../../../lib/job/restore/restore.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { dropProperty } from '../../../lib/transform/step/drop.ts'
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
    const { properties } = THING
    const store = await things(100, { ...THING, properties: [...properties!] })
    const transforms = [dropProperty('kind')]
    const source = await sourceOf(await archiveOf(100, SMALL))
    const first = { onConflict: 'overwrite', onlyChanged: true } as const
    const context = { transforms, undoDirectory: await mkdtemp(join(tmpdir(), 'elysiactl-undo-')) }
    t.teardown(() => rm(context.undoDirectory, { recursive: true }))
    t.match(await restore(source, store, first, context), { written: 100, unchanged: 0 })
    t.match(await restore(source, store, first, context), { written: 0, unchanged: 100 })
  },
)

t.test('a replace is refused where a transform may leave objects out', async (t) => {
  const store = await things(10)
  const source = await sourceOf(await archiveOf(10))
  const context = { transforms: [everyTenth(false)] }
  await t.rejects(runRestore(source, store, { onConflict: 'replace' }, context), {
    code: 'ELYSIA_USAGE',
    message: /a transform leaves out some of its objects/,
  })
})
