import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import type { Content } from '../../../../lib/archive/format/format.ts'
import { parquet } from '../../../../lib/archive/format/parquet/format.ts'
import type { StoredObject } from '../../../../lib/core/object.ts'
import type { CollectionSchema } from '../../../../lib/core/schema.ts'
import { encoded, TRICKY_CLASS, TRICKY_OBJECTS } from '../../../contract/format.ts'

const run = promisify(execFile)
const python = process.env.ELYSIACTL_TEST_PYTHON ?? 'python3'
const found = spawnSync(python, ['-c', 'import pandas, pyarrow, duckdb']).status === 0
const readers = {
  skip: found ? false : `${python} has no pandas, pyarrow and duckdb (ELYSIACTL_TEST_PYTHON)`,
}

const property = (name: string, type: string, more = {}) => ({ name, dataType: [type], ...more })

const schema: CollectionSchema = {
  class: 'Article',
  vectorIndexType: 'hnsw',
  vectorConfig: { rows: {} },
  properties: [
    property('title', 'text'),
    property('pages', 'int'),
    property('price', 'number'),
    property('free', 'boolean'),
    property('published', 'date'),
    property('cover', 'blob'),
    property('tags', 'text[]'),
    property('years', 'int[]'),
    property('place', 'geoCoordinates'),
    property('origin', 'object', {
      nestedProperties: [property('name', 'text'), property('dates', 'date[]')],
    }),
    property('parts', 'object[]', { nestedProperties: [property('n', 'number')] }),
    property('cites', 'Article'),
    property('created', 'text'),
  ],
}
const content: Content = { schema, vectors: 'base64' }
const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

const articles: StoredObject[] = [
  {
    id: id(1),
    properties: {
      title: 'Streams',
      pages: 2 ** 53,
      price: 0.1,
      free: true,
      published: '2024-05-01T12:00:00.25Z',
      cover: 'AAEC',
      tags: ['a', 'ß'],
      years: [],
      place: { latitude: 52.1, longitude: 4.2 },
      origin: { name: 'x', dates: ['2024-05-01T12:00:00Z'] },
      parts: [{ n: 1 }, {}],
      cites: [{ beacon: `weaviate://localhost/Article/${id(2)}` }],
      created: 'mine',
    },
    vector: new Float32Array([0.5, 0.25]),
    vectors: { rows: [new Float32Array([1]), new Float32Array([2])] },
    createdMs: 1_714_564_800_250,
    updatedMs: 1_714_564_800_250,
  },
  { id: id(2), properties: { title: 'Nothing else', published: '2024-05-01T14:00:00.123456789+02:00' } },
]

const TYPES: readonly [column: string, arrow: string, duckdb: string][] = [
  ['id', 'string', 'VARCHAR'],
  ['title', 'string', 'VARCHAR'],
  ['pages', 'int64', 'BIGINT'],
  ['price', 'double', 'DOUBLE'],
  ['free', 'bool', 'BOOLEAN'],
  ['published', 'timestamp[us, tz=UTC]', 'TIMESTAMP WITH TIME ZONE'],
  ['cover', 'binary', 'BLOB'],
  ['tags', 'list<element: string>', 'VARCHAR[]'],
  ['years', 'list<element: int64>', 'BIGINT[]'],
  ['place', 'struct<latitude: double, longitude: double>', 'STRUCT(latitude DOUBLE, longitude DOUBLE)'],
  [
    'origin',
    'struct<name: string, dates: list<element: timestamp[us, tz=UTC]>>',
    'STRUCT("name" VARCHAR, dates TIMESTAMP WITH TIME ZONE[])',
  ],
  ['parts', 'list<element: struct<n: double>>', 'STRUCT(n DOUBLE)[]'],
  ['cites', 'list<element: string>', 'VARCHAR[]'],
  ['created', 'string', 'VARCHAR'],
  ['_created', 'timestamp[ms, tz=UTC]', 'TIMESTAMP WITH TIME ZONE'],
  ['updated', 'timestamp[ms, tz=UTC]', 'TIMESTAMP WITH TIME ZONE'],
  ['vector', 'fixed_size_list<element: float not null>[2]', 'FLOAT[]'],
  ['vector_rows', 'list<element: fixed_size_list<element: float not null>[1] not null>', 'FLOAT[][]'],
  ['_rest', 'string', 'VARCHAR'],
]

t.test('pandas, pyarrow and DuckDB see the types that a person expects', readers, async (t) => {
  const path = join(t.testdir(), 'articles.parquet')
  writeFileSync(path, await encoded(parquet, [articles], content))
  const seen = await tablesOf(path)
  t.strictSame(
    Object.entries(seen.pyarrow),
    TYPES.map(([column, arrow]) => [column, arrow]),
  )
  t.strictSame(
    Object.entries(seen.duckdb),
    TYPES.map(([column, , duckdb]) => [column, duckdb]),
  )
  t.match(seen.pandas, {
    pages: 'float64',
    published: 'datetime64[us, UTC]',
    _created: 'datetime64[ms, UTC]',
  })
  t.strictSame(seen.nulls.title, 0)
  t.strictSame(seen.nulls.vector, 1)
  const [one, two] = seen.rows
  t.match(one, {
    tags: ['a', 'ß'],
    years: [],
    origin: { name: 'x' },
    vector: [0.5, 0.25],
    vector_rows: [[1], [2]],
  })
  t.match(one, { published: '2024-05-01 12:00:00.25+00', parts: [{ n: 1 }, { n: null }], _rest: null })
  t.match(two, { tags: null, years: null, vector: null, published: '2024-05-01 12:00:00.123456+00' })
  t.match(JSON.parse(String(two?._rest)), {
    properties: { published: '2024-05-01T14:00:00.123456789+02:00' },
  })
})

t.test('objects that are hard to write are still a table', readers, async (t) => {
  const path = join(t.testdir(), 'tricky.parquet')
  const tricky = { schema: TRICKY_CLASS, vectors: 'base64' } as const
  writeFileSync(path, await encoded(parquet, [TRICKY_OBJECTS], tricky))
  const { rows } = await tablesOf(path)
  t.strictSame(
    rows.map(({ id }) => id),
    TRICKY_OBJECTS.map(({ id }) => id),
  )
})

t.test('the examples of the page run, with partitions and without', readers, async (t) => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/archives-parquet.md'), 'utf8')
  const examples = [...page.matchAll(/^```python\n(.*?)^```/gms)].map(([, code]) => code!)
  t.equal(examples.length, 7)
  const plain = { ...schema, properties: schema.properties!.filter(({ name }) => name !== 'created') }
  const layouts: Readonly<Record<string, readonly (string | undefined)[]>> = {
    flat: [undefined],
    tenants: ['a', '12'],
  }
  for (const [layout, tenants] of Object.entries(layouts)) {
    const directory = t.testdir()
    for (const tenant of tenants) await writePart(directory, plain, tenant)
    for (const [n, code] of examples.entries()) {
      if (/hive_types|flavor="hive"/.test(code) && layout !== 'tenants') continue
      const { stdout } = await run(python, ['-c', code], { cwd: directory })
      if (code.includes('to_parquet')) t.ok(existsSync(join(directory, 'edited.parquet')))
      else
        t.match(
          stdout,
          code.includes('_rest') ? '+02:00' : /created|title|tenant/,
          `${layout}, example ${n + 1}`,
        )
    }
  }
})

async function writePart(
  directory: string,
  schema: CollectionSchema,
  tenant: string | undefined,
): Promise<void> {
  const where = join(directory, 'archive/parts', tenant === undefined ? '' : `tenant=${tenant}`)
  mkdirSync(where, { recursive: true })
  const what: Content = { schema, vectors: 'base64', ...(tenant !== undefined && { tenant }) }
  const objects = articles.map(({ properties: { created: _created, ...properties }, ...rest }) => ({
    ...rest,
    properties,
  }))
  writeFileSync(join(where, 'r0000-00001.parquet'), await encoded(parquet, [objects], what))
}

t.test('readers make the tenant of the directory', readers, async (t) => {
  const directory = t.testdir()
  for (const tenant of ['a', 'b']) await writePart(directory, schema, tenant)
  const script = `
import duckdb, pandas
print(sorted(pandas.read_parquet("archive/parts")["tenant"]))
print(duckdb.sql("SELECT tenant, count(*) FROM 'archive/parts/*/*.parquet' GROUP BY 1 ORDER BY 1").fetchall())`
  const { stdout } = await run(python, ['-c', script], { cwd: directory })
  t.equal(stdout, `['a', 'a', 'b', 'b']\n[('a', 2), ('b', 2)]\n`)
})

interface Tables {
  readonly pyarrow: Readonly<Record<string, string>>
  readonly duckdb: Readonly<Record<string, string>>
  readonly pandas: Readonly<Record<string, string>>
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  readonly nulls: Readonly<Record<string, number>>
}

async function tablesOf(path: string): Promise<Tables> {
  const script = join(import.meta.dirname, 'tables.py')
  const { stdout } = await run(python, [script, path], { maxBuffer: 1e9, env: { ...process.env, TZ: 'UTC' } })
  return JSON.parse(stdout) as Tables
}
