// The examples of a file of transforms: each passes, or says what of it is otherwise.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { testTransforms } from '../../../lib/job/transform/examples.ts'
import { readPipelineFile } from '../../../lib/transform/file/read.ts'

async function tested(t: Test, text: string) {
  const directory = t.testdir({
    'fix.mjs': `export default (object, { childId }) => {
      const { n, ...rest } = object.properties
      if (n === 0) return null
      if (n === 2) return ['a', 'b'].map((name) => ({ id: childId(name), properties: { name }, vector: [0.1] }))
      if (n === 3) throw new Error('three')
      return { properties: { ...rest, big: 9007199254740993n }, vector: null }
    }`,
  })
  const path = join(directory, 'fix.yaml')
  await writeFile(path, `steps: [{drop: gone}, {script: fix.mjs}]\n${text}`)
  return testTransforms(await readPipelineFile(path))
}

t.test('examples that are as they say', async (t) => {
  const report = await tested(
    t,
    `examples:
  - name: one
    in: {properties: {n: 1, gone: x, a: [1, 2]}, vector: [1, 2]}
    out: {properties: {a: [1, 2], big: 9007199254740993, none: null}, vector: null}
  - {in: {properties: {n: 0}}, filtered: true}
  - in: {id: 00000000-0000-4000-8000-000000000002, properties: {n: 2}}
    out:
      - {id: 8c4ab3ae-c2ea-5a2d-b2b1-0a3b3ee30a6b, properties: {name: a}}
      - {properties: {name: b}, vector: [0.1]}
  - {in: {properties: {n: 3}}, reject: three}
  - {in: {properties: {n: 3}}, reject: true}
`.replace('id: 8c4ab3ae-c2ea-5a2d-b2b1-0a3b3ee30a6b, ', ''),
  )
  t.match(report, { passed: 5, failed: 0, transforms: ['drop gone', /^script .*fix\.mjs$/] })
  t.strictSame(report.examples[0], { line: 3, column: 5, name: 'one', differences: [] })
})

t.test('examples that are not, with each difference', async (t) => {
  const { examples, failed } = await tested(
    t,
    `examples:
  - in: {properties: {n: 1, a: x, gone: 1}, tenant: t}
    out: {id: 00000000-0000-4000-8000-000000000009, properties: {b: x, big: 9007199254740993}, tenant: u, vector: [1]}
  - {in: {properties: {n: 0}, tenant: t}, out: {properties: {}}}
  - {in: {properties: {n: 2}, tenant: t}, out: {properties: {name: a}}}
  - {in: {properties: {n: 2}, tenant: t}, out: [{properties: {name: a}, vector: [0.2]}, {properties: {name: c}}]}
  - {in: {properties: {n: 3}, tenant: t}, filtered: true}
  - {in: {properties: {n: 3}, tenant: t}, reject: four}
`,
  )
  t.equal(failed, 6)
  t.match(
    examples.map(({ differences }) => differences),
    [
      [
        { what: 'id', expected: /9$/, got: /1$/ },
        { what: 'tenant', expected: 'u', got: 't' },
        { what: 'properties.a', got: 'x' },
        { what: 'properties.b', expected: 'x' },
        { what: 'vector', expected: [1] },
      ],
      [{ what: 'outcome', expected: 'out', got: 'filtered' }],
      [{ what: 'objects', expected: 1, got: 2 }],
      [
        { what: '1.vector', expected: [0.2], got: [0.1] },
        { what: '2.properties.name', expected: 'c', got: 'b' },
      ],
      [{ what: 'outcome', expected: 'filtered', got: /^reject: script .*it threw Error: three$/ }],
      [{ what: 'reason', expected: 'four', got: /three/ }],
    ],
  )
})

t.test('a file without examples, or with one that is not an object, is refused', async (t) => {
  await t.rejects(tested(t, ''), { code: 'ELYSIA_USAGE', message: /fix\.yaml has no examples/ })
  const strange =
    'examples: [{in: {properties: {}, vector: []}, filtered: true}, {in: {id: x, properties: {}}, filtered: true}]'
  await t.rejects(tested(t, strange), { code: 'ELYSIA_USAGE', message: /fix\.yaml:2:\d+: in .*UUID/ })
})
