import type { Position, RawLine } from '../../../../core/line.ts'

const LF = 10
const CR = 13
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

/**
 * The last line in `bytes`, which end with a record's line and its terminator: before it are only blank lines. `from`
 * is their offset in the file, and only line 1 may begin with a byte order mark. The result is that of `splitLines`.
 */
export function cutLine(bytes: Buffer, from: number, { line, end }: Position): RawLine {
  let to = bytes.length
  if (to > 0 && bytes[to - 1] === LF) to -= 1
  if (to > 0 && bytes[to - 1] === CR) to -= 1
  let start = to === 0 ? 0 : bytes.lastIndexOf(LF, to - 1) + 1
  if (from === 0 && start === 0 && bytes.subarray(0, to).indexOf(BYTE_ORDER_MARK) === 0)
    start = BYTE_ORDER_MARK.length
  return { line, end, bytes: bytes.subarray(start, to) }
}
