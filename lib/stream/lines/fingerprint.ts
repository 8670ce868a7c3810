import { crc32 } from 'node:zlib'
import type { Line } from '../../core/line.ts'
import { Reject } from '../../core/reject.ts'

/**
 * The CRC-32 of a line as `LinesDigest` sees it: enough to see at its first other record that an input is another
 * one, in four bytes a record; that it is the same one only the digest of all lines can say.
 */
export function fingerprint(item: Line | Reject): number {
  const text = item.text ?? (item instanceof Reject ? item.digest : undefined)
  return crc32(text ?? (item as Reject).bytes ?? '')
}
