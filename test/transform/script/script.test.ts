// A script as a transform: what it may return, what it may not, and what happens where it stands still.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { StoredObject } from '../../../lib/core/object.ts'
import { bindTransforms } from '../../../lib/transform/pipeline.ts'
import { runScript, type ScriptOptions } from '../../../lib/transform/script/script.ts'

const NOTE = { class: 'Note', properties: [{ name: 'n', dataType: ['int'] }] }

function note(n: number, more: Partial<StoredObject> = {}): StoredObject {
  return { id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`, properties: { n }, ...more }
}

let files = 0

async function pipelineOf(t: Test, text: string, options: ScriptOptions = {}) {
  const path = join(t.testdir(), `script${files++}.mjs`)
  await writeFile(path, text)
  const pipeline = bindTransforms([await runScript(path, options)], NOTE)
  t.teardown(() => pipeline.close())
  return pipeline
}

t.test('an object, null, an array, each an object by itself', async (t) => {
  const pipeline = await pipelineOf(
    t,
    `export const schema = { properties: [{ name: 'twice', dataType: ['int'] }], drop: ['n'] }
     export default (object, { childId }) => {
       const { n } = object.properties
       if (n === 1) return null
       if (n === 2) return object
       if (n === 3) return [{ id: childId('a'), properties: { n: 30n } }, { id: childId('b'), properties: { n: 31 } }]
       if (n === 4) return []
       return { ...object, properties: { twice: 2 * n, gone: undefined } }
     }`,
  )
  t.same(pipeline.schema.properties, [{ name: 'twice', dataType: ['int'] }])
  const page = [1, 2, 3, 4, 5].map((n) =>
    note(n, { vector: Float32Array.of(n, 0.5), updatedMs: 7, tenant: 'a' }),
  )
  const made = await pipeline.objects(page)
  t.same(made.rejects, [])
  t.equal(made.filtered, 2)
  t.equal(made.added, 1)
  t.equal(made.objects[0], page[1], 'the very object')
  const [, one, other, changed] = made.objects
  t.match(one!.id, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab]/)
  t.not(one!.id, other!.id)
  t.same(one, { id: one!.id, properties: { n: 30n }, tenant: 'a' }, 'without vector, of the same tenant')
  t.strictSame(changed, { ...page[4], properties: { twice: 10 } }, 'with its vector')
})

t.test('it does not see the keys of the command, which lie in the environment', async (t) => {
  t.teardown(() => {
    for (const name of ['ELYSIACTL_API_KEY', 'ELYSIACTL_MASK_KEY', 'SCRIPT_OF_MINE']) delete process.env[name]
  })
  process.env.ELYSIACTL_API_KEY = 'secret of a store'
  process.env.ELYSIACTL_MASK_KEY = 'secret of a mask'
  process.env.SCRIPT_OF_MINE = 'seen'
  const pipeline = await pipelineOf(
    t,
    `export default (object) => {
       const found = Object.keys(process.env).filter((name) => /^ELYSIACTL_|^SCRIPT_OF_MINE$/.test(name))
       return { ...object, properties: { found } }
     }`,
  )
  const { objects } = await pipeline.objects([note(1)])
  t.same(objects[0]!.properties, { found: ['SCRIPT_OF_MINE'] })
})

t.test('what is refused, and why: each is a reject of its own, and its neighbors go on', async (t) => {
  const faults: readonly [body: string, reason: RegExp][] = [
    ['throw new TypeError("no title")', /it threw TypeError: no title$/],
    ['return undefined', /it returned nothing \(undefined; null leaves an object out\), not an object/],
    ['return "text"', /it returned a string, not an object/],
    [
      'return { ...object, id: OTHER }',
      /another id, 0{8}-.*: a script that means to says `export const ids = 'changed'`/,
    ],
    ['return { ...object, id: "1" }', /not a UUID in lower case: "1"/],
    ['return { ...object, tenant: "b" }', /it returned another tenant/],
    ['return { ...object, title: "x" }', /the unknown field title: values belong in properties/],
    ['return { id: object.id }', /the properties that it returned are nothing/],
    ['return { properties: { when: new Date(0) } }', /properties\.when is a Date: give its toISOString\(\)/],
    ['return { properties: { a: [1, () => {}] } }', /properties\.a\[1\] is a function/],
    ['return { properties: { a: NaN } }', /properties\.a is NaN/],
    ['const a = []; a.push(a); return { properties: { a } }', /nests deeper than 500 levels/],
    ['return { properties: {}, vector: [1, "2"] }', /vector is an array, not a list of numbers/],
    ['return { properties: {}, vector: [1e300] }', /vector holds a number that is not finite/],
    ['return [object, { ...object }]', /its array has two objects with the id/],
    ['return [{ properties: {} }]', /an object of its array has no id/],
    [
      'object.properties.fault = 0; return object',
      /it threw TypeError: Cannot assign to read only property 'fault'/,
    ],
    [
      'object.properties.list.push(1); return object',
      /it threw TypeError: Cannot add property 0, object is not ext/,
    ],
    ['return new Promise(() => {})', /it gave no answer in 200 ms/],
    ['for (;;);', /it gave no answer in 200 ms/],
    ['process.exit(1)', /it ended its thread/],
    ['return Promise.reject(new Error("later"))', /it threw Error: later/],
  ]
  const bodies = faults.map(([body]) => `(object) => { ${body} }`).join(',\n')
  const pipeline = await pipelineOf(
    t,
    `const OTHER = '00000000-0000-4000-8000-000000000999'
     const faults = [${bodies}]
     export default (object) => (object.properties.fault === undefined ? object : faults[object.properties.fault](object))`,
    { timeoutMs: 200 },
  )
  const page = faults.flatMap((_, fault) => [
    note(fault, { properties: { fault, list: [] } }),
    note(1000 + fault, { vector: Float32Array.of(fault) }),
  ])
  const made = await pipeline.objects(page)
  t.strictSame(
    made.objects,
    page.filter(({ properties }) => properties.fault === undefined),
  )
  t.equal(made.rejects.length, faults.length)
  for (const [at, { object, code, reason }] of made.rejects.entries()) {
    t.equal(object, page[2 * at], 'as it came in')
    t.equal(code, 'transform_failed')
    t.match(reason, /^script .*script\d+\.mjs: /)
    t.match(reason, faults[at]![1])
  }
})

t.test(
  'vectors: kept unless they are given again, null drops one, and a change in place changes nothing',
  async (t) => {
    const pipeline = await pipelineOf(
      t,
      `export const ids = 'changed'
     export default async (object) => {
       const { n } = object.properties
       if (n === 1) { object.vector[0] = 99; object.vectors.a[0] = 99; return { properties: { n } } }
       if (n === 2) return { properties: { n }, vector: null, vectors: { b: [[1, 2], [3, 4]] } }
       if (n === 4) return { ...object, vectors: { ...object.vectors, c: [5] } }
       return { ...object, id: 'ffffffff-0000-4000-8000-000000000001', vector: [n] }
     }`,
    )
    const vectors = {
      vector: Float32Array.of(1, 2),
      vectors: { a: Float32Array.of(3), b: [Float32Array.of(4)] },
    }
    const page = [1, 2, 3, 4].map((n) => note(n, vectors))
    const { objects } = await pipeline.objects(page)
    t.strictSame(objects[0], page[0])
    t.strictSame(objects[1], { ...note(2), vectors: { b: [Float32Array.of(1, 2), Float32Array.of(3, 4)] } })
    t.strictSame(objects[2], {
      ...page[2],
      id: 'ffffffff-0000-4000-8000-000000000001',
      vector: Float32Array.of(3),
    })
  },
)

t.test('a script that looks at no vectors gets none, and they stay', async (t) => {
  const pipeline = await pipelineOf(
    t,
    `export const vectors = false
     export default (object) => ({ ...object, properties: { n: 'vector' in object || 'vectors' in object ? 1 : 2 } })`,
  )
  const page = [note(1, { vector: Float32Array.of(1), vectors: { a: Float32Array.of(2) } })]
  const { objects } = await pipeline.objects(page)
  t.strictSame(objects, [{ ...page[0], properties: { n: 2 } }])
})

t.test('a script that cannot be used is refused before the first object', async (t) => {
  const refused = (text: string, reason: RegExp) =>
    t.rejects(pipelineOf(t, text), { code: 'ELYSIA_USAGE', message: reason })
  await refused(
    'export const x = 1',
    /cannot be used: it has no default export, and has to export a function/,
  )
  await refused('export default 7', /its default export is a number/)
  await refused('export default (', /cannot be used: /)
  await refused('export const ids = 7; export default (o) => o', /ids is 7, and may be 'kept' or 'changed'/)
  await refused('throw new Error("at once")', /cannot be used: at once/)
  await refused(
    'export const schema = { properties: ["a"] }; export default (o) => o',
    /schema\.properties is not a list/,
  )
  await t.rejects(runScript('/nowhere.mjs'), { code: 'ELYSIA_USAGE', message: /ENOENT/ })
})

t.test('what it prints goes where it is told to, and a signal ends it at once', async (t) => {
  const printed: string[] = []
  const pipeline = await pipelineOf(
    t,
    'console.log("loaded"); export default (object) => { for (;;) if (object.properties.n < 5) return object }',
    { onOutput: (text) => printed.push(text), timeoutMs: 60_000 },
  )
  t.equal((await pipeline.objects([note(1)])).objects.length, 1)
  t.same(printed.join(''), 'loaded\n')
  const abort = new AbortController()
  const running = pipeline.objects([note(1), note(7)], { signal: abort.signal })
  abort.abort(new Error('enough'))
  await t.rejects(running, { message: 'enough' })
})

t.test('a script that is another one when its thread has to be started again ends the run', async (t) => {
  const path = join(t.testdir(), 'fix.mjs')
  await writeFile(path, 'export default () => process.exit(0)')
  const pipeline = bindTransforms([await runScript(path)], NOTE)
  await writeFile(path, 'export default (object) => object')
  await t.rejects(pipeline.objects([note(1), note(2)]), { code: 'ELYSIA_INPUT_CHANGED' })
  await pipeline.close()
})

t.test(
  'what a script drops is read by no vectorizer any more, and is not what objects expire by',
  async (t) => {
    const path = join(t.testdir(), 'dropping.mjs')
    await writeFile(path, `export const schema = { drop: ['n'] }\nexport default (object) => object`)
    const script = await runScript(path)
    const vectorizer = (sourceProperties: string[]) => ({ 'text2vec-x': { sourceProperties } })
    const vectors = (names: string[]) => ({
      main: { vectorizer: vectorizer(names), vectorIndexType: 'hnsw' },
    })
    const properties = [...NOTE.properties, { name: 'm', dataType: ['text'] }]
    const pipeline = bindTransforms([script], { ...NOTE, properties, vectorConfig: vectors(['m', 'n']) })
    t.teardown(() => pipeline.close())
    t.same(pipeline.schema.vectorConfig, vectors(['m']))
    const expiring = { ...NOTE, objectTtlConfig: { enabled: true, deleteOn: 'n' } }
    t.throws(() => bindTransforms([script], expiring), { code: 'ELYSIA_USAGE', message: /expire by n/ })
  },
)
