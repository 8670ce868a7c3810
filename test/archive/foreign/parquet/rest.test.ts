import t from 'tap'
import { withRestUnlessChanged } from '../../../../lib/archive/foreign/parquet/rest.ts'
import {
  type DataType,
  Field,
  Float64,
  Int64,
  List,
  Struct,
  TimestampMicrosecond,
  Utf8,
} from '../../../../lib/archive/format/arrow.ts'
import type { JsonObject, StoredObject } from '../../../../lib/core/object.ts'

const id = '00000000-0000-4000-8000-000000000001'
const text = new Utf8()
const TYPES: Readonly<Record<string, DataType>> = {
  when: new TimestampMicrosecond('UTC'),
  title: text,
  n: new Int64(),
  gaps: new Float64(),
  author: new Struct([new Field('name', text, true)]),
  dates: new List(new Field('element', new TimestampMicrosecond('UTC'), true)),
}

const merged = (shown: JsonObject, rest: JsonObject, more: Partial<StoredObject> = {}) =>
  withRestUnlessChanged(
    { id, properties: shown, ...more },
    JSON.stringify({ id, properties: rest }),
    (name) => TYPES[name],
  )

t.test('what _rest says more exactly counts, as long as its column was not changed', async (t) => {
  const when = '2024-05-01T14:00:00.123456789+02:00'
  const shown = '2024-05-01T12:00:00.123456Z'
  const cases: [string, JsonObject, JsonObject, JsonObject][] = [
    ['a date with an offset', { when: shown }, { when }, { when }],
    ['another date', { when: '2025-01-01T00:00:00Z' }, { when }, { when: '2025-01-01T00:00:00Z' }],
    ['no date any more', {}, { when }, {}],
    ['half a pair', { title: 'a\ufffd' }, { title: 'a\ud800' }, { title: 'a\ud800' }],
    ['another title', { title: 'b' }, { title: 'a\ud800' }, { title: 'b' }],
    ['an int of a column that shows none', {}, { n: '12' }, { n: '12' }],
    ['an int that was put in', { n: 5 }, { n: '12' }, { n: 5 }],
    [
      'fields that the column has not',
      { author: { name: 'A' } },
      { author: { name: 'A', x: 1 } },
      { author: { name: 'A', x: 1 } },
    ],
    [
      'one of its fields',
      { author: { name: 'B' } },
      { author: { name: 'A', x: 1 } },
      { author: { name: 'B' } },
    ],
    ['dates in a list', { dates: [shown, null] }, { dates: [when, 7] }, { dates: [when, 7] }],
    ['a property without a column', {}, { other: [1] }, { other: [1] }],
    ['an int that has gaps now', { gaps: 3 }, { gaps: 3 }, { gaps: 3 }],
  ]
  for (const [what, column, rest, expected] of cases)
    t.strictSame(merged(column, rest).properties, expected, what)
})

t.test('a vector of another width is in _rest alone', async (t) => {
  const rest = JSON.stringify({ id, properties: {}, vector: [1, 2], vectors: { a: [3], b: [4] } })
  const object = { id, properties: {}, vectors: { a: Float32Array.of(9) } }
  t.strictSame(
    withRestUnlessChanged(object, rest, () => undefined),
    {
      ...object,
      vector: Float32Array.of(1, 2),
      vectors: { a: Float32Array.of(9), b: Float32Array.of(4) },
    },
  )
})

t.test('the _rest of another object, or of none, is refused', async (t) => {
  const other = JSON.stringify({ id: id.replace(/1$/, '2'), properties: {} })
  t.throws(() => withRestUnlessChanged({ id, properties: {} }, other, () => undefined), /the rest of/)
  t.throws(() => withRestUnlessChanged({ id, properties: {} }, '{', () => undefined), SyntaxError)
})
