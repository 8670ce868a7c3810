// A footer is made of offsets alone here; that a decoder takes such a file is shown by every test of the format.
import t from 'tap'
import type { ColumnChunk, OffsetField } from '../../../../../lib/archive/format/parquet/footer.ts'
import { groupFile } from '../../../../../lib/archive/format/parquet/read/groupFile.ts'

/** A number as Thrift's compact protocol writes it. */
function zigzag(value: number): number[] {
  const bytes: number[] = []
  for (let left = 2 * value; ; left = Math.floor(left / 128)) {
    if (left < 128) return [...bytes, left]
    bytes.push((left % 128) | 128)
  }
}

function read(bytes: Uint8Array, { at, end }: OffsetField): number {
  return bytes.subarray(at, end).reduce((sum, byte, n) => sum + (byte & 127) * 128 ** n, 0) / 2
}

const columns = [
  { start: 5000, text: 'second column' },
  { start: 300, text: 'first' },
]

function group(dataOffsets = columns.map(({ start }) => start)) {
  const file = Buffer.alloc(6000)
  const footer: number[] = []
  const chunks = columns.map(({ start, text }, n): ColumnChunk => {
    file.write(text, start)
    const value = dataOffsets[n]!
    const at = footer.length
    footer.push(...zigzag(value))
    const offsets = [{ at, end: footer.length, value }]
    const rest = { rawBytes: 0, values: 1, type: 6, codec: 0, repetition: 0, definition: 0, width: 0 }
    return { start, bytes: text.length, offsets, ...rest }
  })
  return { chunks, footer: Buffer.from(footer), file }
}

t.test('a file of one group has its columns, and a footer that says where they are', async (t) => {
  const { chunks, footer, file } = group()
  const made = groupFile({ rows: 1, bytes: 0, chunks }, footer, (at, length) =>
    file.subarray(at, at + length),
  )
  const end = made.subarray(made.length - footer.length)
  t.equal(made.length, 4 + 'second columnfirst'.length + footer.length)
  t.equal(made.toString('latin1', 0, 4), 'PAR1')
  for (const [n, { bytes, offsets }] of chunks.entries()) {
    const at = read(end, offsets[0]!)
    t.equal(made.toString('latin1', at, at + bytes), columns[n]!.text)
    t.equal(end[offsets[0]!.end - 1]! & 128, 0, 'the number ends where it ended before')
  }
  t.same(footer, group().footer, 'the file’s own footer is unchanged')
})

t.test('columns that lie elsewhere than their pages, or beyond the file, are refused', async (t) => {
  const make = ({ chunks, footer, file }: ReturnType<typeof group>, most = file.length) =>
    groupFile({ rows: 1, bytes: 0, chunks }, footer, (at, length) =>
      file.subarray(at, Math.min(at + length, most)),
    )
  t.throws(() => make(group([5000, 2])), /pages begin before it/)
  t.throws(() => make(group(), 302), /beyond its end/)
  const overlapping = group()
  const [, first] = overlapping.chunks
  const moved = {
    ...first!,
    start: 0,
    offsets: [{ ...first!.offsets[0]!, end: first!.offsets[0]!.at + 1, value: 63 }],
  }
  t.throws(() => make({ ...overlapping, chunks: [moved] }), /overlap/)
})
