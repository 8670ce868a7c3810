// What restores of plain JSON lines make of lines that are odd, of other tools, or there twice.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { limitProcess } from '../../../lib/core/memory/limits.ts'
import type { RestoreOptionsInput } from '../../../lib/job/restore/options.ts'
import { restore, runRestore } from '../../../lib/job/restore/restore.ts'
import { openSource } from '../../../lib/job/restore/source/open.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { exported } from '../../archive/foreign/exported.ts'
import { idOf as idIn, THING, thing } from '../backup/archived.ts'
import { directory } from '../targets.ts'
import { objectsOf } from './restored.ts'

const MOST = 5000
const idOf = (n: number) => idIn(n, MOST)

const lineOf = (n: number, more: object = {}) => {
  const { id, properties, vector } = thing(n, MOST)
  return JSON.stringify({ id, properties, vector: [...vector!], ...more })
}

/** Restores lines from a file, or with `pipe` as they come. */
async function restored(
  t: Test,
  lines: readonly string[],
  input: RestoreOptionsInput & { pipe?: boolean },
  store: Store,
) {
  const { pipe, ...options } = input
  const [path, rejectsPath] = [join(directory(t), 'lines.jsonl'), join(directory(t), 'rejects.jsonl')]
  const text = `${lines.join('\n')}\n`
  writeFileSync(path, text)
  const stdin = () => Readable.from(text.match(/.{1,1000}|\n/g)!.map((piece) => Buffer.from(piece)))
  const source = await openSource(pipe ? '-' : path, { stdin, options })
  const ended = await runRestore(source, store, options, { rejectsPath })
  await source.close?.()
  const rejects = () =>
    readFileSync(rejectsPath, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  return { ...ended, rejects }
}

function schemaFile(t: Test): string {
  const path = join(directory(t), 'class.json')
  writeFileSync(path, JSON.stringify(THING))
  return path
}

for (const pipe of [false, true]) {
  t.test(
    `an id that stands twice, however far apart, is refused the second time (${pipe ? 'pipe' : 'file'})`,
    async (t) => {
      const lines = Array.from({ length: 2500 }, (_, n) => lineOf(n))
      lines.push(
        lineOf(3, { properties: { title: 'again' } }),
        lineOf(2000, { properties: { title: 'again' } }),
      )
      const store = openMemory()
      const options = { schema: schemaFile(t), name: 'thing', pipe }
      const { report, error, rejects } = await restored(t, lines, options, store)
      t.equal(error, undefined)
      t.match(report, {
        objects: 2502,
        written: 2500,
        rejected: { repeated_id: 2 },
        verification: { count: 2500, digest_equal: true },
        reject_reasons: [{ reason: /occurs twice/, count: 2 }],
      })
      t.match(rejects(), [
        {
          id: idOf(3),
          code: 'repeated_id',
          line: 2501,
          reason: /occurs twice/,
          object: { properties: { title: 'again' } },
        },
        { id: idOf(2000), reason: /occurs twice/, line: 2502 },
      ])
      t.match(
        (await objectsOf(store, 'Thing'))[3],
        { properties: { title: 'thing 3' } },
        'the first one counts',
      )
    },
  )

  t.test(
    `where no line is an object, nothing is made and the reason is told (${pipe ? 'pipe' : 'file'})`,
    async (t) => {
      const store = openMemory()
      const options = { schema: schemaFile(t), name: 'thing', pipe }
      for (const lines of [
        ['{"text":"a"}'],
        Array.from({ length: 5000 }, () => '{"text":"a"}'),
        ['{"a":1}', '[]'],
      ]) {
        const attempt = restored(t, lines, options, store)
        await t.rejects(attempt, {
          code: 'ELYSIA_INPUT',
          message: /line 1: id is missing/,
          hint: /nothing was made/,
        })
      }
      t.same(await store.list(), [])
      const late = [...Array.from({ length: 900 }, () => '{"text":"a"}'), lineOf(1)]
      const { report, rejects } = await restored(t, late, options, store)
      t.match(report, { written: 1, rejected: { missing_field: 900 } }, 'one that comes late is found')
      t.equal(rejects().length, 900)
    },
  )
}

t.test('the same id in two tenants is two objects', async (t) => {
  const store = openMemory()
  const lines = [lineOf(1, { tenant: 'a' }), lineOf(1, { tenant: 'b' }), lineOf(1, { tenant: 'a' })]
  const { report } = await restored(t, lines, { name: 'thing' }, store)
  t.match(report, { written: 2, rejected: { repeated_id: 1 } })
})

t.test('a dry run counts what would be refused, and why', async (t) => {
  const store = openMemory()
  const lines = [lineOf(1), lineOf(2), lineOf(1), '{"no":1}', lineOf(4, { properties: { count: 'four' } })]
  const schema = schemaFile(t)
  const options = { schema, name: 'thing', dryRun: true }
  const { report, error } = await restored(t, lines, options, store)
  t.equal(error, undefined)
  t.match(report, {
    status: 'planned',
    objects: 5,
    written: 0,
    reject_reasons: [
      { reason: /id is missing/ },
      { reason: /occurs twice/ },
      { reason: /requires an integer/ },
    ],
  })
  t.strictSame(report.rejected, { missing_field: 1, repeated_id: 1, store_rejected: 1 })
  t.same(await store.list(), [])
  const real = await restored(t, lines, { schema, name: 'thing' }, store)
  t.match(real.report, { objects: 5, written: 2 })
  t.strictSame(real.report.rejected, report.rejected, 'as many as are refused then')
})

t.test('a collection that would get none of its objects is not left behind', async (t) => {
  const store = openMemory()
  const options = { schema: schemaFile(t), name: 'thing' }
  const { error, report } = await restored(t, [lineOf(1, { properties: { unknown: 1 } })], options, store)
  t.match(error, {
    code: 'ELYSIA_INCOMPLETE',
    message: /none of the 1 objects .*no such prop.* is gone again/,
  })
  t.match(report, { status: 'failed', written: 0, rejected: { store_rejected: 1 } })
  t.same(await store.list(), [], 'the next try is not in its way')
  t.match((await restored(t, [lineOf(1)], options, store)).report, { status: 'done', written: 1 })
})

t.test('references to the class itself follow it to a new name', async (t) => {
  const self = (n: number) => [
    { beacon: `weaviate://localhost/Thing/${idOf(n)}`, href: `/v1/objects/Thing/${idOf(n)}` },
  ]
  const lines = [1, 2, 3].map((n) => lineOf(n, { class: 'Thing', properties: { self: self((n % 3) + 1) } }))
  const store = openMemory()
  const { report } = await restored(t, lines, { name: 'thing-copy' }, store)
  t.match(report, {
    collection: 'Thing',
    class: 'ThingCopy',
    written: 3,
    references: 3,
    verification: { digest_equal: true },
  })
  t.match(await store.schema('ThingCopy'), { properties: [{ name: 'self', dataType: ['ThingCopy'] }] })
  const [first] = await objectsOf(store, 'ThingCopy')
  t.strictSame(first!.properties.self, [{ beacon: `weaviate://localhost/ThingCopy/${idOf(2)}` }])
})

t.test(
  'lines that begin with "metadata" are lines, and those of other tools are refused as such',
  async (t) => {
    const store = openMemory()
    const good = `{"metadata":{},${lineOf(1).slice(1)}`
    t.match((await restored(t, [good], { name: 'thing' }, store)).report, { kind: 'jsonl', written: 1 })
    for (const line of [
      '{"metadata":{"source":"a.pdf"},"page_content":"text"}',
      '{"objects":[],"totalResults":0}',
    ]) {
      const attempt = restored(t, [line, line], { name: 'other' }, store)
      await t.rejects(attempt, { code: 'ELYSIA_INPUT', message: /id is missing|no object in 0 lines/ })
    }
  },
)

t.test('an export whose properties or vectors are no object is damaged, and says which object', async (t) => {
  const cases = [
    { properties: '12' },
    { properties: '["a"]' },
    { properties: '"text"' },
    { properties: '{"a":' },
    { properties: '{"a":1e999}' },
    { properties: '{}', named: '[1]' },
    { properties: '{}', named: '{"a":{"b":1}}' },
    { properties: '{}', named: '{"a":"text"}' },
  ]
  for (const columns of cases) {
    const path = exported(directory(t), 'Thing', [{ id: idOf(7), ...columns }])
    const store = openMemory()
    const options = { schema: schemaFile(t) }
    const source = await openSource(path, { stdin: () => Readable.from([]), options })
    const attempt = restore(source, store, options)
    await t.rejects(
      attempt,
      { code: 'ELYSIA_DAMAGED', message: new RegExp(idOf(7)) },
      JSON.stringify(columns),
    )
  }
})

t.test('what lines are read as depends neither on their size nor on a limit on memory', async (t) => {
  const vector = Array.from({ length: 16 }, (_, n) => n / 16)
  const lines = Array.from({ length: 20 }, (_, n) =>
    JSON.stringify({
      ...{ id: idOf(n), body: 'x'.repeat(300_000), title_vector: vector },
      ...(n > 8 && { body_vector: vector }),
    }),
  )
  const options = { name: 'Thing', shape: 'flat', dryRun: false } as const
  for (const limited of [false, true]) {
    const lift = limited ? limitProcess({ scale: 0.05, roomBytes: 1e8, passed: () => {} }) : () => {}
    const store = openMemory()
    await restored(t, lines, options, store).finally(lift)
    const objects = await objectsOf(store, 'Thing')
    t.strictSame(Object.keys(objects.at(-1)?.vectors ?? {}).sort(), ['body', 'title'], `limited: ${limited}`)
    t.equal(`${objects.at(-1)?.properties.body}`.length, 300_000)
  }
})
