import { crc32 } from 'node:zlib'
import type { Line, RawLine } from '../../core/line.ts'
import type { Reject } from '../../core/reject.ts'

/**
 * The CRC-32 of a line as `LinesDigest` sees it: enough to see at its first other record that an input is another
 * one, in four bytes a record; that it is the same one only the digest of all lines can say.
 */
export function fingerprint(item: Line | RawLine | Reject): number {
  if ('bytes' in item && item.bytes !== undefined) return crc32(item.bytes)
  return crc32(('text' in item ? item.text : undefined) ?? (item as Reject).digest ?? '')
}
