/** What the index of an archive records about one id. */
export interface IndexEntry {
  readonly id: string
  /** The SHA-256 of the object's identity: 32 characters, one byte each. Absent for a deleted object. */
  readonly sha256?: string
  /** When the object last changed, according to its store; absent if the store did not say. */
  readonly updatedMs?: number
}

/** Bytes of an entry: 16 for the id, 8 for the time, 32 for the SHA-256. */
export const ENTRY_BYTES = 56

const ID_BYTES = 16
const TIME_AT = ID_BYTES
const SHA256_AT = TIME_AT + 8
const TWO_32 = 2 ** 32

/** Stands for the time and the SHA-256 of a deleted object. */
const NOTHING = '\0'.repeat(ENTRY_BYTES - SHA256_AT)

/** Entries → bytes, in order. */
export function encodeEntries(entries: readonly IndexEntry[]): Buffer {
  const bytes = Buffer.allocUnsafeSlow(entries.length * ENTRY_BYTES)
  let at = 0
  for (const { id, updatedMs = 0, sha256 = NOTHING } of entries) {
    bytes.write(id.replaceAll('-', ''), at, 'hex')
    bytes.writeUInt32BE(Math.floor(updatedMs / TWO_32), at + TIME_AT)
    bytes.writeUInt32BE(updatedMs % TWO_32, at + TIME_AT + 4)
    bytes.write(sha256, at + SHA256_AT, 'latin1')
    at += ENTRY_BYTES
  }
  return bytes
}

/** Bytes of complete entries → entries. */
export function decodeEntries(bytes: Buffer): IndexEntry[] {
  return Array.from({ length: bytes.length / ENTRY_BYTES }, (_, n) => entryAt(bytes, n * ENTRY_BYTES))
}

function entryAt(bytes: Buffer, at: number): IndexEntry {
  const hex = bytes.toString('hex', at, at + ID_BYTES)
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  const time = bytes.readUInt32BE(at + TIME_AT) * TWO_32 + bytes.readUInt32BE(at + TIME_AT + 4)
  const sha256 = bytes.toString('latin1', at + SHA256_AT, at + ENTRY_BYTES)
  return {
    id,
    ...(time !== 0 && { updatedMs: time }),
    ...(sha256 !== NOTHING && { sha256 }),
  }
}
