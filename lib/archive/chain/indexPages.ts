import { pipeline, Readable } from 'node:stream'
import { ElysiaError } from '../../core/errors.ts'
import type { Source } from '../../core/stage.ts'
import { hashBytes } from '../../stream/bytes/hashBytes.ts'
import type { IndexPart } from '../manifest.ts'
import { ObjectsDigest } from '../object/digest.ts'
import type { Storage } from '../storage/storage.ts'
import { decodeEntries, ENTRY_BYTES, type IndexEntry } from './entry.ts'

/**
 * The entries of an index, in order of id. Checks its file while reading: size, order, range of ids, counts, digest,
 * and at the end the SHA-256 of the file. Opens nothing before the first read. Memory: a chunk of the file.
 * Errors: ELYSIA_DAMAGED, naming the file
 */
export function indexPages(storage: Storage, part: IndexPart): Source<readonly IndexEntry[]> {
  return Readable.from(checkedEntries(storage, part), { objectMode: true, highWaterMark: 1 })
}

async function* checkedEntries(storage: Storage, part: IndexPart): AsyncGenerator<readonly IndexEntry[]> {
  const { file, after = '', up_to, entries, removed, digest } = part
  const storedBytes = await storage.bytes(file)
  if (storedBytes === undefined) throw damaged(part, 'is missing')
  if (storedBytes !== part.bytes)
    throw damaged(part, `has ${storedBytes} bytes, the manifest says ${part.bytes}`)
  const stored = hashBytes()
  const sum = new ObjectsDigest()
  const seen = { entries: 0, removed: 0 }
  let last = after
  for await (const page of entriesIn(await storage.read(file), stored)) {
    for (const { id, sha256 } of page) {
      if (id <= last) throw damaged(part, `has ${id} out of order`)
      if (up_to !== undefined && id > up_to) throw damaged(part, `has ${id}, outside its range`)
      last = id
      if (sha256 === undefined) seen.removed += 1
      else sum.addSha256(sha256)
    }
    seen.entries += page.length
    yield page
  }
  if (stored.sha256() !== part.sha256) throw damaged(part, 'has a SHA-256 that does not match the manifest')
  if (seen.entries !== entries || seen.removed !== removed || sum.hex() !== digest)
    throw damaged(part, 'holds entries that do not match the manifest')
}

/** The complete entries in each chunk. */
async function* entriesIn(
  bytes: Readable,
  stored: ReturnType<typeof hashBytes>,
): AsyncGenerator<readonly IndexEntry[]> {
  let rest = Buffer.alloc(0)
  // The reader of this stream gets the errors.
  pipeline(bytes, stored, () => {})
  for await (const chunk of stored as AsyncIterable<Buffer>) {
    const all = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const whole = all.length - (all.length % ENTRY_BYTES)
    rest = Buffer.from(all.subarray(whole))
    if (whole > 0) yield decodeEntries(all.subarray(0, whole))
  }
}

function damaged({ file }: IndexPart, fact: string): ElysiaError {
  return new ElysiaError('ELYSIA_DAMAGED', `index ${file} ${fact}`, {
    hint: '`col catalog verify` lists all that is damaged',
  })
}
