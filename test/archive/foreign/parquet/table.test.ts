// Parquet as pandas, polars, pyarrow, DuckDB and Spark write it; fixtures/parquet/make.py made the files.
import { execFileSync, spawnSync } from 'node:child_process'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { ForeignChanges } from '../../../../lib/archive/foreign/changes.ts'
import { type MappingOptions, mappingOf } from '../../../../lib/archive/foreign/mapping.ts'
import { deriveTableSchema } from '../../../../lib/archive/foreign/parquet/derive.ts'
import { tableFiles } from '../../../../lib/archive/foreign/parquet/directory.ts'
import { openTable, readTable, type TableOptions } from '../../../../lib/archive/foreign/parquet/table.ts'
import { momentText, timeText } from '../../../../lib/archive/foreign/parquet/times.ts'
import { zoneOf } from '../../../../lib/archive/foreign/parquet/zone.ts'
import type { StoredObject } from '../../../../lib/core/object.ts'
import type { Reject } from '../../../../lib/core/reject.ts'
import type { CollectionSchema } from '../../../../lib/core/schema.ts'

const FIXTURES = fileURLToPath(new URL('../../../../fixtures/parquet/', import.meta.url))

interface Reading extends MappingOptions {
  readonly timezone?: string
  readonly schema?: CollectionSchema
}

async function read(name: string, { timezone, schema, ...mapping }: Reading = {}, directory = FIXTURES) {
  const path = join(directory, name)
  const isFile = name.endsWith('.parquet')
  const files = isFile ? [{ path, name: basename(path), partition: {} }] : await tableFiles(path)
  const options: TableOptions = {
    mapping: mappingOf(mapping),
    ...(timezone !== undefined && { zone: zoneOf(timezone) }),
    ...(schema !== undefined && { schema }),
  }
  const table = await openTable(files, options)
  const derived = await deriveTableSchema(table, options, 'Article')
  const [changes, rejects, objects] = [new ForeignChanges(), [] as Reject[], [] as StoredObject[]]
  const calls = { changes, onReject: (reject: Reject) => void rejects.push(reject) }
  for await (const page of readTable(table, options, calls)) objects.push(...page)
  const types = Object.fromEntries(derived.properties!.map(({ name, dataType }) => [name, dataType[0]]))
  return { table, derived, types, objects, rejects, changes: changes.list() }
}

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

t.test(
  'a table of pandas: gaps are absent, categories are texts, large ints keep their digits',
  async (t) => {
    const { objects, types, rejects } = await read('pandas.parquet')
    t.strictSame(rejects, [])
    t.strictSame(objects[1], {
      id: id(2),
      properties: {
        title: 'ß',
        big: -(2n ** 63n),
        kind: 'y',
        free: false,
        published: '2024-05-01T12:00:00.25Z',
        author: { name: 'B' },
        tags: [],
      },
      vector: Float32Array.of(1, 0.5, -1),
    })
    t.strictSame(types, {
      ...{ title: 'text', pages: 'number', big: 'int', kind: 'text', free: 'boolean', published: 'date' },
      ...{ author: 'object', tags: 'text[]', nothing: 'text' },
    })
  },
)

t.test(
  'an int that pandas made a float, for its gaps, is an int again where the class says so',
  async (t) => {
    const schema = { class: 'Article', properties: [{ name: 'n', dataType: ['int'] }] }
    const { objects } = await read('faults.parquet', { schema })
    t.equal(objects[0]!.properties.n, 1)
    t.equal(objects.at(-1)!.properties.n, 2.5, 'one that is none is for the store to refuse')
  },
)

t.test('timestamps without a zone are refused, or read in the zone that is given', async (t) => {
  await t.rejects(read('naive.parquet'), { code: 'ELYSIA_USAGE', message: /published/, hint: /--timezone/ })
  const { objects } = await read('naive.parquet', { timezone: 'Europe/Berlin' })
  const published = objects.map(({ properties }) => properties.published)
  const twice = '2024-10-27T00:30:00Z'
  t.strictSame(published, ['2024-05-01T10:00:00Z', '2024-01-01T11:00:00Z', undefined, twice])
  const ahead = await read('naive.parquet', { timezone: '-02:30' })
  t.equal(ahead.objects[0]!.properties.published, '2024-05-01T14:30:00Z')
  t.throws(() => zoneOf('Mars/North'), { code: 'ELYSIA_USAGE' })
  const leftOut = Date.UTC(2024, 2, 31, 2, 30)
  t.equal(zoneOf('Europe/Berlin')(leftOut), 3_600_000, 'a time that clocks leave out')
  const spark = await read('spark.parquet', { timezone: 'UTC', idFrom: 'doc' })
  t.equal(spark.objects[1]!.properties.at, '2024-05-01T12:00:00Z', '96 bits, as Spark writes it')
})

t.test('a time that is none is a fault of its row, in any zone', (t) => {
  const berlin = zoneOf('Europe/Berlin')
  const [SECONDS, MICROS] = [0, 2]
  for (const value of [2n ** 62n, -(2n ** 62n)])
    for (const zone of [berlin, undefined])
      t.throws(() => momentText(value, SECONDS, zone), { code: 'invalid_value' })
  for (const value of [-1n, 86_400_000_000n, 2n ** 62n])
    t.throws(() => timeText(value, MICROS), { code: 'invalid_value' })
  t.equal(timeText(86_399_000_000n, MICROS), '23:59:59')
  const early = BigInt(Date.parse('0050-06-01T12:00:00Z') / 1000)
  t.match(momentText(early, SECONDS, berlin), /^0050-06-01T11:/)
  t.end()
})

t.test('a table of polars: vectors of a fixed width, and others whose rounding is counted', async (t) => {
  const { objects, changes, types } = await read('polars.parquet')
  t.strictSame(objects[0]!.vectors, { title: Float32Array.of(0.1, 0.2) })
  t.strictSame(objects[2]!.vector, Float32Array.of(2, 1, -2))
  t.strictSame(changes, { vectors_rounded: 4 })
  t.strictSame(types, { title: 'text', pages: 'int', published: 'date', author: 'object' })
  t.equal(objects[3]!.properties.published, '1969-12-31T23:59:59.999999Z')
})

t.test('a table of DuckDB: uuids of 16 bytes, decimals, days, times of day, maps, bytes', async (t) => {
  const { objects, types } = await read('duckdb.parquet')
  t.strictSame(objects[0], {
    id: id(1),
    properties: {
      ...{ title: 'title 1', price: 0.25, whole: 100_000_000_000_000, day: '2024-03-01T00:00:00Z' },
      ...{ at: '10:00:01.5', counts: [{ key: 'a', value: 1 }], raw: 'Ynl0ZXM=' },
    },
    vector: Float32Array.of(1, 2, 3),
  })
  t.match(types, { price: 'number', whole: 'int', day: 'date', at: 'text', counts: 'object[]', raw: 'blob' })
})

t.test('every other type of Arrow: what a double does not hold is counted, never passed over', async (t) => {
  const { objects, types, changes } = await read('pyarrow.parquet')
  const [first, second] = objects
  t.match(first!.properties, { large: 'a', view: 'a', words: 'a', half: 0.5, unsigned: 2n ** 64n - 1n })
  t.match(first!.properties, { exact: 0.1, nanos: '2024-05-01T12:00:00.123456789Z', parts: [{ n: 1 }, {}] })
  t.strictSame(first!.vectors, { rows: [Float32Array.of(1), Float32Array.of(2)] })
  t.equal(second!.properties.exact, 12345678901234568)
  t.strictSame(changes, { vectors_rounded: 4, numbers_rounded: 1 })
  t.match(types, { unsigned: 'number', exact: 'number', nanos: 'date', dates: 'date[]', parts: 'object[]' })
})

t.test('directories in the style of Hive are values, and ids are made of columns', async (t) => {
  const { objects, types, table } = await read('hive', { idFrom: 'key' })
  t.equal(table.rows, 4)
  t.strictSame(
    objects.map(({ properties }) => properties),
    [
      { key: 'a', n: 1, year: 2023, code: '007' },
      { key: 'b', n: 2, year: 2024, code: '007' },
      { key: 'c', n: 3, year: 2024 },
      { key: 'd', n: 4, year: 2024, code: 'x y' },
    ],
  )
  t.match(types, { year: 'int', code: 'text' })
  t.equal(objects[0]!.id, 'd935989c-1745-51b8-ba84-36235dfe0f50', 'the UUIDv5 of SPEC.md')
  await t.rejects(read('hive'), { code: 'ELYSIA_USAGE', hint: /--id-from/ })
  await t.rejects(read('hive', { idFrom: 'kee' }), { code: 'ELYSIA_USAGE', message: /no column kee/ })
})

t.test('rows that are not objects are rejected by their number, the others go on', async (t) => {
  const { rejects, objects, changes } = await read('faults.parquet')
  t.match(
    rejects.map(({ line, reason }) => [line, reason]),
    [
      [3, /^row 3: its vector has the width 1, those before it have 2/],
      [4, /^row 4: its id is missing/],
      ...[5, 6, 7].map((line) => [line, /missing, or beyond float32/]),
      [8, /^row 8: n: it holds infinity/],
    ],
  )
  t.equal(objects.length, 5)
  t.match(objects[2], { properties: { original_id: 'not-a-uuid' } })
  t.strictSame(changes, { ids: 1 })
})

const python = process.env.ELYSIACTL_TEST_PYTHON ?? 'python3'
const hasAll = spawnSync(python, ['-c', 'import pandas, pyarrow, polars, duckdb']).status === 0
const programs = {
  skip: hasAll ? false : `${python} has no pandas, pyarrow, polars and duckdb (ELYSIACTL_TEST_PYTHON)`,
}

t.test('the versions of these programs that are here write the same rows', programs, async (t) => {
  const directory = t.testdir()
  execFileSync(python, [join(FIXTURES, 'make.py'), directory])
  const names = ['pandas.parquet', 'polars.parquet', 'duckdb.parquet', 'pyarrow.parquet', 'edited.parquet']
  for (const name of names) {
    const [here, kept] = [await read(name, {}, `${directory}/`), await read(name)]
    t.strictSame(here.objects, kept.objects, name)
    t.strictSame(here.types, kept.types, name)
  }
})

t.test('which columns are vectors is said, or told', async (t) => {
  t.strictSame([...(await read('duckdb.parquet')).table.roles.vectors], [['', 'embedding']])
  const named = await read('duckdb.parquet', { vectorFrom: 'body=embedding' })
  t.strictSame(named.objects[0]!.vectors, { body: Float32Array.of(1, 2, 3) })
  const none = await read('duckdb.parquet', { vectorFrom: 'none' })
  t.strictSame(none.objects[0]!.properties.embedding, [1, 2, 3])
  await t.rejects(read('duckdb.parquet', { vectorFrom: 'title' }), { message: /holds no lists of numbers/ })
})
