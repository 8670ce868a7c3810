import { noteGarbage } from '../../../../core/memory/limits.ts'
import type { ColumnChunk, OffsetField, RowGroup } from '../footer.ts'
import type { ReadAt } from '../page.ts'

/** How much is read at once. */
const PIECE_BYTES = 1024 * 1024

const MAGIC = Buffer.from('PAR1')

/**
 * A Parquet file with the columns of one row group, for a decoder that takes whole files: its footer is that of the
 * file, in which the columns of this group begin elsewhere. Memory: the group's compressed bytes, and the footer.
 * Throws an Error with the reason if columns overlap. `footer` is the end of the file, trailer included.
 */
export function groupFile({ chunks }: RowGroup, footer: Buffer, read: ReadAt): Buffer {
  const size = chunks.reduce((sum, { bytes }) => sum + bytes, MAGIC.length + footer.length)
  const file = Buffer.allocUnsafeSlow(size)
  noteGarbage(size)
  MAGIC.copy(file)
  const end = file.subarray(size - footer.length)
  footer.copy(end)
  let at = MAGIC.length
  // In the order of the file, so that no column begins later than before, and its offsets need no more room.
  for (const { start, bytes, offsets } of [...chunks].sort((one, other) => one.start - other.start)) {
    copyColumn(read, { start, bytes }, file, at)
    for (const offset of offsets) moveOffset(end, offset, at - start)
    at += bytes
  }
  return file
}

function copyColumn(
  read: ReadAt,
  { start, bytes }: Pick<ColumnChunk, 'start' | 'bytes'>,
  file: Buffer,
  at: number,
): void {
  for (let done = 0; done < bytes; ) {
    const copied = read(start + done, Math.min(PIECE_BYTES, bytes - done)).copy(file, at + done)
    if (copied === 0) throw new Error('has a column that reaches beyond its end')
    done += copied
  }
}

/** Overwrites an offset in a footer; more bytes than it needs are padding, which every reader of varints takes. */
function moveOffset(footer: Buffer, { at, end, value }: OffsetField, by: number): void {
  const moved = value + by
  if (moved < 0) throw new Error('has a column whose pages begin before it')
  let left = 2 * moved
  for (let byte = at; byte < end; byte++) {
    footer[byte] = (left % 128) | (byte + 1 < end ? 128 : 0)
    left = Math.floor(left / 128)
  }
  if (left > 0) throw new Error('has columns that overlap')
}
