import { crc32 } from 'node:zlib'
import type { Line, RawLine } from '../../core/line.ts'
import type { Reject } from '../../core/reject.ts'

/**
 * The CRC-32 of a line as `LinesDigest` hashes it: four bytes per record, enough to detect a changed input at its
 * first different record; only the digest of all lines can prove that it is the same.
 */
export function fingerprint(item: Line | RawLine | Reject): number {
  if ('bytes' in item && item.bytes !== undefined) return crc32(item.bytes)
  return crc32(('text' in item ? item.text : undefined) ?? (item as Reject).digest ?? '')
}
