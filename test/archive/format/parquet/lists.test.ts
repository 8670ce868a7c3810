// How many values a single row has in its lists is said by nothing but their levels, and a row is decoded at once.
import { Readable } from 'node:stream'
import { zstdCompressSync } from 'node:zlib'
import t from 'tap'
import type { Content } from '../../../../lib/archive/format/format.ts'
import type { RowGroup } from '../../../../lib/archive/format/parquet/footer.ts'
import { parquet } from '../../../../lib/archive/format/parquet/format.ts'
import { kindsOf } from '../../../../lib/archive/format/parquet/layout.ts'
import { valuesPerRow } from '../../../../lib/archive/format/parquet/levels.ts'
import { columnsOf } from '../../../../lib/archive/format/parquet/schemaColumns.ts'
import { Thrift } from '../../../../lib/archive/format/parquet/thrift.ts'
import { requireReadable } from '../../../../lib/archive/format/parquet/values.ts'
import { windowsOf } from '../../../../lib/archive/format/parquet/windows.ts'
import { directoryStorage } from '../../../../lib/archive/storage/directory.ts'
import type { StoredObject } from '../../../../lib/core/object.ts'
import { verify } from '../../../../lib/job/verify/verify.ts'
import { partBytes, readApart, replacePart, sound } from '../../forged.ts'

const MIB = 2 ** 20
const FLOAT = 4
const BYTE_ARRAY = 6

/** A varint of Thrift and of levels. */
const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))]
/** An i32 in the field behind the one before it. */
const number = (value: number): number[] => [0x15, ...varint(value * 2)]

/** Levels as runs of so many times the same. */
const runs = (...of: (readonly [count: number, level: number])[]): number[] =>
  of.flatMap(([count, level]) => [...varint(count * 2), level])
/** Levels of one bit each, eight in a byte. */
const packed = (...bytes: number[]): number[] => [...varint(bytes.length * 2 + 1), ...bytes]

interface GroupInput {
  readonly rows: number
  readonly values: number
  readonly repetitions: readonly number[]
  readonly definitions?: readonly number[]
  /** Of the second version, whose levels are not compressed. */
  readonly second?: boolean
  readonly codec?: number
  readonly type?: number
}

/** A row group of one column that is a list of nulls, and how its bytes are read. */
function group(input: GroupInput): [RowGroup, (at: number, length: number) => Buffer] {
  const { rows, values, repetitions, definitions = runs([values, 1]), codec = 0, type = BYTE_ARRAY } = input
  const withLength = (levels: readonly number[]) => {
    const length = Buffer.alloc(4)
    length.writeUInt32LE(levels.length)
    return Buffer.concat([length, Buffer.from(levels)])
  }
  const plain = input.second
    ? Buffer.from([...repetitions, ...definitions])
    : Buffer.concat([withLength(repetitions), withLength(definitions)])
  const body = codec === 0 || input.second ? plain : zstdCompressSync(plain)
  const header = input.second
    ? [0x5c, ...number(values), ...number(0), ...number(rows), ...number(0)].concat(
        number(definitions.length),
        number(repetitions.length),
      )
    : [0x2c, ...number(values), ...number(0), ...number(3), ...number(3)]
  const sizes = [...number(input.second ? 3 : 0), ...number(plain.length), ...number(body.length)]
  const file = Buffer.concat([Buffer.from([...sizes, ...header, 0, 0]), body])
  const levels = { repetition: 1, definition: 3, width: 0 }
  const chunk = { start: 0, bytes: file.length, rawBytes: 1e6, values, type, codec, offsets: [], ...levels }
  return [{ rows, bytes: file.length, chunks: [chunk] }, (at, length) => file.subarray(at, at + length)]
}

const counted = (input: GroupInput, missing = 1) => {
  const [rows, read] = group(input)
  return [...valuesPerRow(rows, missing, read)]
}

t.test('the values of each row are counted by their levels, however these are written', async (t) => {
  const inRuns = { rows: 3, values: 12, repetitions: runs([1, 0], [4, 1], [2, 0], [5, 1]) }
  t.strictSame(counted(inRuns), [5, 1, 6])
  t.strictSame(counted({ ...inRuns, codec: 6 }), [5, 1, 6], 'compressed')
  t.strictSame(counted({ ...inRuns, second: true, codec: 6 }), [5, 1, 6], 'in a page of the second version')
  const inBits = { rows: 3, values: 12, repetitions: packed(0b10011110, 0b1111) }
  t.strictSame(counted(inBits), [5, 1, 6], 'in bits')
  const definitions = runs([5, 3], [1, 1], [6, 3])
  t.strictSame(counted({ ...inRuns, definitions, type: FLOAT }, 100), [5, 100, 6], 'a vector that is missing')
})

t.test('levels that are not those of the rows are an error', async (t) => {
  const whole = { rows: 3, values: 12, repetitions: runs([1, 0], [4, 1], [2, 0], [5, 1]) }
  const wrong: Record<string, readonly [Partial<GroupInput>, RegExp]> = {
    'fewer rows': [{ rows: 4 }, /3 rows in a row group of 4/],
    'more rows': [{ rows: 2 }, /other rows/],
    'a row that nothing begins': [{ repetitions: runs([12, 1]) }, /other rows/],
    'levels that end': [{ repetitions: runs([1, 0], [4, 1]) }, /cut short/],
    'bits that end': [{ repetitions: [...varint(5), 0xfe] }, /cut short/],
    'definitions that end': [{ definitions: runs([3, 1]) }, /cut short/],
    'a run without its level': [{ repetitions: varint(24) }, /cut short/],
  }
  for (const [name, [change, says]] of Object.entries(wrong))
    t.throws(() => counted({ ...whole, ...change }), says, name)
})

t.test('a row of more values than any object has is refused, in a file of no size', async (t) => {
  const windows = (input: GroupInput, among = 0) => {
    const [rows, read] = group(input)
    return [...windowsOf(rows, { row: 0, among }, read)].map(({ limit }) => limit)
  }
  const one = (values: number) => ({ rows: 1, values, repetitions: runs([1, 0], [values - 1, 1]) })
  t.throws(() => windows(one(30_000_000)), /an object of 30000000 values in its lists/)
  t.strictSame(windows(one(10_000_000)), [1])
  const hundred = Array.from({ length: 100 }, () => runs([1, 0], [299_999, 1])).flat()
  const many = windows({ rows: 100, values: 30_000_000, repetitions: hundred })
  t.equal(
    many.reduce((sum, rows) => sum + rows, 0),
    100,
  )
  t.ok(Math.max(...many) <= 20, 'and rows of many together are decoded a few at a time')
  const missing = { ...one(100_000), type: FLOAT }
  t.strictSame(windows(missing), [1])
  t.throws(() => windows(missing, 65_535 * 4), /values in its lists/, 'as is one of vectors that are missing')
})

t.test('what lies in a list is said by the schema, not by the name of a column', async (t) => {
  // Fields: a type, a name, and how often they are there; of a group how many it has.
  const leaf = (repetition: number) => [...number(1), ...[0x25, repetition * 2], 0]
  const groupOf = (children: number, repetition: number) => [0x35, repetition * 2, ...[0x25, children * 2], 0]
  const columns = (...fields: number[][]) => {
    const bytes = Buffer.from([(fields.length << 4) | 12, ...fields.flat()])
    return columnsOf(new Thrift(bytes, 'a footer'), 9, 100)
  }
  t.strictSame(columns(groupOf(2, 0), leaf(0), groupOf(1, 1), groupOf(1, 2), leaf(1)), [
    { repetition: 0, definition: 0, width: 0 },
    { repetition: 1, definition: 3, width: 0 },
  ])
  t.throws(() => columns(groupOf(3, 0), leaf(0)), /cut short/)
  t.throws(() => columns(groupOf(1, 0), leaf(0), leaf(0)), /more than one tree/)
})

const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`
/** A class of objects in a list, with so many fields each. */
const schemaOf = (fields: number) => ({
  class: 'Thing',
  properties: [
    {
      name: 'list',
      dataType: ['object[]'],
      nestedProperties: Array.from({ length: fields }, (_, n) => ({ name: `f${n}`, dataType: ['text'] })),
    },
  ],
})

t.test('an object of six million values in its lists comes back beside others', async (t) => {
  const content: Content = { schema: schemaOf(30), vectors: 'base64' }
  const lists = [1, 200_000, 2].map((length) => new Array<Record<string, string>>(length).fill({ f7: 'x' }))
  const objects: StoredObject[] = lists.map((list, n) => ({ id: id(n), properties: { list } }))
  const pages = Readable.from([objects]).pipe(parquet.encode(content)).pipe(parquet.decode(content))
  const seen: unknown[] = []
  for await (const page of pages as AsyncIterable<StoredObject[]>)
    for (const one of page) seen.push([one.id, (one.properties.list as unknown[]).length])
  t.strictSame(seen, [
    [id(0), 1],
    [id(1), 200_000],
    [id(2), 2],
  ])
})

t.test('an object of more values than are read is not written either', async (t) => {
  const kinds = kindsOf(schemaOf(2000))
  const object = (length: number) => ({ id: id(0), properties: { list: new Array<object>(length).fill({}) } })
  requireReadable(object(10_000) as StoredObject, kinds)
  t.throws(() => requireReadable(object(10_001) as StoredObject, kinds), {
    code: 'ELYSIA_STORE',
    message: /more than 20,000,000 values in its lists/,
    hint: /--format jsonl/,
  })
})

t.test('a Parquet file of more bytes before compression than declared is not decoded', async (t) => {
  const directory = t.testdir()
  const manifest = await sound(directory, { format: 'parquet', compression: 'auto' })
  const { bytes, raw_bytes } = manifest.parts[0]!
  t.ok(raw_bytes > bytes, `${raw_bytes} before compression, ${bytes} after it`)
  const part = partBytes(directory, manifest)
  const look = async () => (await verify(directoryStorage(directory), { level: 'records' })).faults
  replacePart(directory, manifest, part, { raw_bytes: raw_bytes - 1 })
  t.match(await look(), [{ fact: new RegExp(`has ${raw_bytes} bytes before compression`) }])
  const [outcome] = await readApart([['restore', directory]])
  const { code, rss } = outcome!
  t.equal(code, 'ELYSIA_DAMAGED')
  t.ok(rss < 320 * MIB)
  replacePart(directory, manifest, part, { raw_bytes })
  t.strictSame(await look(), [])
  replacePart(directory, manifest, part, { raw_bytes: bytes })
  t.strictSame(await look(), [], 'as many as the file has say nothing of it, in archives of before')
})
