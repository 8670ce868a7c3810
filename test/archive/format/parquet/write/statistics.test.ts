import t from 'tap'
import { type Data, makeData, Utf8 } from '../../../../../lib/archive/format/arrow.ts'
import type { LeafValues } from '../../../../../lib/archive/format/parquet/write/leaves.ts'
import { BOUND_BYTES, ColumnStatistics } from '../../../../../lib/archive/format/parquet/write/statistics.ts'

function valuesOf(texts: readonly string[]): LeafValues {
  const bytes = texts.map((text) => Buffer.from(text))
  const valueOffsets = new Int32Array(texts.length + 1)
  for (const [n, one] of bytes.entries()) valueOffsets[n + 1] = valueOffsets[n]! + one.length
  const data: Data = makeData({
    type: new Utf8(),
    valueOffsets,
    data: Buffer.concat(bytes),
    length: texts.length,
  })
  const places = texts.map((_, n) => n)
  return { data, present: places, definitions: places } as unknown as LeafValues
}

function boundsOf(texts: readonly string[]) {
  const statistics = new ColumnStatistics()
  statistics.add(valuesOf(texts))
  const { min_value, max_value } = statistics.get()
  return [min_value, max_value] as [Uint8Array, Uint8Array]
}

t.test('of a long text the beginning is held, and not the page that it stood in', async (t) => {
  const [least, greatest] = boundsOf([`b${'x'.repeat(2_000_000)}`, `ж${'y'.repeat(2_000_000)}`, 'c'])
  for (const [bound, begin] of [
    [least, 'bxx'],
    [greatest, 'жyy'],
  ] as const) {
    t.ok(Buffer.from(bound).toString().startsWith(begin))
    t.ok(bound.length > BOUND_BYTES, 'more than the file gets, so that it is known to be cut')
    t.ok(bound.buffer.byteLength < 100, `${bound.buffer.byteLength} bytes`)
  }
})

t.test('a short one is whole, and so is one that has no shorter bound above it', async (t) => {
  const highest = '\u{10ffff}'.repeat(100)
  const [least, greatest] = boundsOf(['short', highest])
  t.equal(Buffer.from(least).toString(), 'short')
  t.equal(Buffer.from(greatest).toString(), highest)
})
