// A file of transforms: what it says, and where it says something that no such file says.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readPipelineFile } from '../../../lib/transform/file/read.ts'

async function fileOf(t: Test, text: string, name = 'fix.yaml'): Promise<string> {
  const path = join(t.testdir(), name)
  await writeFile(path, text)
  return path
}

t.test('steps and examples, in their order, each with its place', async (t) => {
  const path = await fileOf(
    t,
    `# what becomes of an article
steps:
  - map: title=headline
  - convert: year:int
    on_error: null
  - script: fix.mjs
    timeout: 5s
class: {class: Article, properties: [{name: year, dataType: [int]}]}
examples:
  - name: a big number
    in: {properties: {year: 9007199254740993, when: 2024-01-01T00:00:00Z, n: 5}}
    filtered: true
`,
  )
  const { steps, examples, class: own, sha256 } = await readPipelineFile(path)
  t.strictSame(steps, [
    { line: 3, column: 5, kind: 'map', text: 'title=headline' },
    { line: 4, column: 5, kind: 'convert', text: 'year:int', onError: 'null' },
    { line: 6, column: 5, kind: 'script', text: 'fix.mjs', timeout: '5s' },
  ])
  t.match(sha256, /^[0-9a-f]{64}$/)
  t.equal(own?.class, 'Article')
  const properties = { year: 9007199254740993n, when: '2024-01-01T00:00:00Z', n: 5 }
  t.strictSame(examples, [
    { line: 10, column: 5, example: { name: 'a big number', in: { properties }, filtered: true } },
  ])
})

t.test('what is wrong with one, with its line and column and what was meant', async (t) => {
  const faults: readonly [text: string, message: RegExp, hint?: RegExp][] = [
    ['steps:\n  - convrt: a:int', /:2:5: steps\.0 has the unknown key convrt$/, /did you mean convert\?/],
    [
      'steps: [{drop: a}]\nexampels: []',
      /:2:1: the file has the unknown key exampels/,
      /did you mean examples\?/,
    ],
    ['steps:\n  - map: a=b\n    drop: a', /:2:5: a step has one of map, .* and this has map and drop/],
    ['steps:\n  - on_error: "null"', /:2:5: a step has one of map, .*, and this has none/],
    ['steps:\n  - drop: a\n    timeout: 5s', /:2:5: timeout belongs to script, not to drop/],
    ['steps: []', /:1:1: steps must not have fewer than 1 items/],
    ['examples: []', /:1:1: the file lacks steps/],
    ['- drop: a', /:1:1: the file must be object/],
    ['steps:\n  - map: 7', /:2:5: steps\.0\.map must be string/],
    ['steps:\n  - drop: [a', /:3:1: .*must be sufficiently indented|:2:\d+: /],
    ['steps: [{drop: a}]\nsteps: [{drop: b}]', /:2:1: Map keys must be unique/],
    [
      'a: &a [x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c]',
      /Excessive alias count/,
    ],
    ['steps: [{drop: !!js/function a}]', /Unresolved tag/],
    [
      'steps: [{drop: a}]\nexamples:\n  - in: {properties: {}}',
      /:3:5: an example has one of out, filtered, reject, and this has none/,
    ],
    [
      'steps: [{drop: a}]\nexamples:\n  - in: {properties: {}}\n    out: {properties: {}, vector: [1, x]}',
      /:4:39: examples\.0\.out\.vector\.1 must be number/,
    ],
  ]
  for (const [text, message, hint = /./] of faults) {
    await t.rejects(readPipelineFile(await fileOf(t, text)), { code: 'ELYSIA_USAGE', message, hint }, text)
  }
  await t.rejects(readPipelineFile('/nowhere.yaml'), { code: 'ELYSIA_USAGE', message: /ENOENT/ })
  const json = await fileOf(t, '{"steps": [\n  {"map": 7}]}', 'fix.json')
  await t.rejects(readPipelineFile(json), { message: /fix\.json:2:4: steps\.0\.map must be string/ })
})
