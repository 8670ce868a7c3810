// A file of transforms in place of options: its steps, in order, with scripts beside it.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { restore } from '../../../lib/job/restore/restore.ts'
import { transformsOf } from '../../../lib/job/transform/steps.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { archiveOf } from '../backup/archived.ts'
import { objectsOf, SMALL, sourceOf, summed } from '../restore/restored.ts'

t.test(
  'a restore by a file: its script makes of objects others, none and several, and each has its outcome',
  async (t) => {
    const directory = t.testdir({
      'fix.yaml': 'steps:\n  - drop: kind\n  - script: fix.mjs\n    timeout: 5s\n',
      'fix.mjs': `export const schema = { properties: [{ name: 'double', dataType: ['int'] }], drop: ['count'] }
      export default ({ properties: { count, ...rest }, ...object }, { childId }) => {
        if (count % 10 === 0) throw new Error('a tenth')
        if (count % 10 === 1) return null
        if (count % 10 === 2) return ['a', 'b'].map((name) => ({ id: childId(name), properties: rest }))
        return { ...object, properties: { ...rest, double: 2 * count } }
      }`,
    })
    const path = join(directory, 'fix.yaml')
    const transforms = await transformsOf([{ kind: 'pipeline', text: path }])
    const store = openMemory()
    const report = await restore(await sourceOf(await archiveOf(300, SMALL)), store, {}, { transforms })
    const script = { name: `script ${join(directory, 'fix.mjs')}`, sha256: /^[0-9a-f]{64}$/, text: /childId/ }
    t.match(summed(report), {
      objects: 330,
      added: 30,
      written: 270,
      filtered: 30,
      rejected: 30,
      transforms: [{ name: 'drop kind' }, script],
      verification: { count: 270, digest_equal: true },
    })
    const objects = await objectsOf(store, 'Thing')
    t.equal(objects.length, 270)
    t.same(objects.find(({ properties }) => properties.title === 'thing 3')?.properties, {
      title: 'thing 3',
      double: 6,
    })
  },
)

t.test('what is wrong with a step of a file is said with its place', async (t) => {
  const path = join(t.testdir(), 'fix.yaml')
  const refused = async (text: string, message: RegExp) => {
    await writeFile(path, text)
    await t.rejects(transformsOf([{ kind: 'pipeline', text: path }]), { code: 'ELYSIA_USAGE', message })
  }
  await refused(
    'steps:\n  - drop: a\n  - script: nowhere.mjs',
    /fix\.yaml:3:5: the script .*nowhere\.mjs cannot be used: ENOENT/,
  )
  await refused(
    'steps:\n  - script: a.mjs\n    timeout: soon',
    /fix\.yaml:2:5: the timeout soon is not a duration/,
  )
})

t.test('an id that a script gives twice is a reject that names it, whatever part it stands in', async (t) => {
  const directory = t.testdir({
    'same.mjs': `export default ({ properties }, { childId }) =>
      properties.count % 100 === 0 ? [{ id: '00000000-0000-5000-8000-000000000000', properties }] : { properties }`,
  })
  const transforms = await transformsOf([{ kind: 'script', text: join(directory, 'same.mjs') }])
  const source = await sourceOf(await archiveOf(300, { ...SMALL, partSize: 4096 }))
  t.ok(source.parts.length > 2)
  const report = await restore(source, openMemory(), {}, { transforms })
  t.match(report, { objects: 300, written: 298, rejected: { repeated_id: 2 } })
  t.match(report.reject_reasons, [{ reason: /^script .*same\.mjs: its id occurs twice/ }])
})
