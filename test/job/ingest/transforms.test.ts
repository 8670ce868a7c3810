// Transforms of the objects of records: the same as transforming what an ingest without them has stored, whatever came in
// between; and where that cannot be, a reject.
import { Readable } from 'node:stream'
import fc from 'fast-check'
import t from 'tap'
import { sourceCodeClass } from '../../../lib/change/sourceCodeClass.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import { ingestFiles } from '../../../lib/job/ingest/ingest.ts'
import type { Input } from '../../../lib/job/ingest/input.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { bindTransforms } from '../../../lib/transform/pipeline.ts'
import { dropProperty } from '../../../lib/transform/step/drop.ts'
import { mapProperty } from '../../../lib/transform/step/map.ts'
import { whereTrue } from '../../../lib/transform/step/where.ts'
import type { Transform } from '../../../lib/transform/transform.ts'
import { objectsOf } from './killing.ts'

type Record = { readonly op: string; readonly path: string } & { readonly [key: string]: unknown }

const add = (path: string, content: string, more: object = {}): Record => ({
  op: 'add',
  path,
  content,
  ...more,
})
const rename = (path: string, new_path: string, more: object = {}): Record => ({
  op: 'rename',
  path,
  new_path,
  ...more,
})
const modify = (path: string, more: object): Record => ({ op: 'modify', path, ...more })
const remove = (path: string): Record => ({ op: 'delete', path })

function inputOf(records: readonly Record[], name = 'records'): Input {
  const text = records.map((record) => `${JSON.stringify({ repo: 'r', ...record })}\n`).join('')
  return { name, rereadable: false, open: () => Readable.from([Buffer.from(text)]) }
}

async function ingested(
  records: readonly Record[],
  transforms: readonly Transform[],
  store = openMemory(),
  options: object = {},
) {
  const rejected: string[] = []
  const { report, error } = await ingestFiles(
    [inputOf(records)],
    store,
    { collection: 'source-code', batchSize: 3, ...options },
    {
      transforms,
      onEvent: (event) => event.type === 'record_rejected' && rejected.push(`${event.line} ${event.reason}`),
    },
  )
  if (error !== undefined) throw error
  return { report, store, rejected, objects: await objectsOf(store) }
}

/** Adds to the language what kind of file it is, and leaves the rest. */
const kinds: Transform = {
  name: 'kinds',
  bind: (schema) => ({
    schema: { ...schema, properties: [...(schema.properties ?? []), { name: 'kind', dataType: ['text'] }] },
    touches: new Set(),
    objects: async (page) => ({
      objects: page.map((one) => ({
        ...one,
        properties: { ...one.properties, kind: `${one.properties.language} of ${one.properties.size_bytes}` },
      })),
      rejects: [],
      filtered: 0,
    }),
  }),
}

function bare(objects: readonly StoredObject[]) {
  return objects.map(({ id, properties: { record_hash: _, ...rest } }) => ({ id, properties: rest }))
}

const PATHS = ['a.ts', 'b.py', 'c.ts']
const path = fc.constantFrom(...PATHS)
const records = fc.array(
  fc.oneof(
    fc
      .record({ path, content: fc.constantFrom('x', 'yy', '') })
      .map(({ path, content }) => add(path, content)),
    fc.record({ path, n: fc.nat(3) }).map(({ path, n }) => modify(path, { metadata: { n } })),
    fc.record({ path, to: path }).map(({ path, to }) => rename(path, to)),
    fc.record({ path, to: path }).map(({ path, to }) => rename(path, to, { content: 'new' })),
    path.map(remove),
  ),
  { maxLength: 12 },
)

t.test('the same as transforming what is stored without them, whatever records there are', async (t) => {
  const transforms = [mapProperty('content=body'), dropProperty('line_count'), kinds]
  await fc.assert(
    fc.asyncProperty(records, async (all) => {
      const [plain, made] = [await ingested(all, []), await ingested(all, transforms)]
      const pipeline = bindTransforms(transforms, sourceCodeClass('SourceCode'))
      const { objects } = await pipeline.objects(plain.objects)
      t.strictSame(bare(made.objects), bare(objects))
      const { written, deleted, rejected, unchanged, superseded } = plain.report
      t.match(made.report, { written, deleted, rejected, unchanged, superseded })
    }),
    { numRuns: 60 },
  )
})

t.test('what has not changed is not sent again, unless the transforms have', async (t) => {
  const all = [add('a.ts', 'x'), add('b.ts', 'y')]
  const { store } = await ingested(all, [kinds])
  t.match((await ingested(all, [kinds], store)).report, { written: 0, unchanged: 2 })
  const { report, objects } = await ingested(all, [kinds, dropProperty('line_count')], store)
  t.match(report, { written: 2, unchanged: 0 })
  t.ok(objects.every(({ properties }) => properties.line_count === undefined))
  t.match((await ingested(all, [], store)).report, { written: 2 })
})

t.test('what a transform leaves out is skipped, and is not in the index afterwards', async (t) => {
  const { store } = await ingested([add('a.ts', 'x'), add('b.py', 'y')], [])
  const transforms = [whereTrue("language = 'Python'")]
  const { report, objects } = await ingested(
    [add('a.ts', 'new'), add('b.py', 'new'), rename('b.py', 'b.ts', { content: 'z' })],
    transforms,
    store,
  )
  t.match(report, { records: 3, written: 1, skipped: { filtered: 2 } })
  t.same(objects, [])
})

t.test('a change of what is stored is a reject where transforms have left too little of it', async (t) => {
  const without = await ingested(
    [
      add('a.ts', 'x'),
      rename('a.ts', 'b.ts'),
      modify('a.ts', { metadata: { n: 1 } }),
      rename('a.ts', 'c.ts', { content: 'y' }),
    ],
    [dropProperty('content')],
  )
  t.match(without.report, { written: 2, rejected: { transform_failed: 2 } })
  t.match(
    without.rejected[0],
    /^2 it changes what is stored, but transforms removed its content: send the path/,
  )
  t.same(
    without.objects.map(({ properties }) => properties.file_path),
    ['c.ts'],
  )
  const opaque = await ingested([add('a.ts', 'x'), rename('a.ts', 'b.ts')], [dropProperty('content_hash')])
  t.match(opaque.report, { written: 1, rejected: { transform_failed: 1 } })
  t.match(opaque.rejected, [/^2 it changes what is stored, but transforms left too little of it/])
})

t.test(
  'a transform that refuses an object is the reject of its record; an earlier record counts then',
  async (t) => {
    const picky: Transform = {
      name: 'picky',
      bind: (schema) => ({
        schema,
        touches: new Set(),
        objects: (page) => ({
          objects: page.filter(({ properties }) => properties.content !== 'bad'),
          rejects: page
            .filter(({ properties }) => properties.content === 'bad')
            .map((object) => ({ object, code: 'transform_failed', stage: 'picky', reason: 'picky: bad' })),
          filtered: 0,
        }),
      }),
    }
    const { report, rejected, objects } = await ingested([add('a.ts', 'good'), add('a.ts', 'bad')], [picky])
    t.match(report, { records: 2, written: 1, rejected: { transform_failed: 1 } })
    t.same(rejected, ['2 picky: bad'])
    t.match(objects, [{ properties: { content: 'good' } }])
  },
)

t.test('transforms that an ingest cannot have are refused before the first line', async (t) => {
  const refused = (transform: Transform, message: RegExp) =>
    t.rejects(ingested([add('a', 'x')], [transform]), { code: 'ELYSIA_USAGE', message })
  await refused({ ...kinds, expands: true }, /kinds may make several objects of one record/)
  await refused(dropProperty('record_hash'), /drop record_hash touches record_hash/)
  await refused(dropProperty('nothing'), /drop nothing/)
})
