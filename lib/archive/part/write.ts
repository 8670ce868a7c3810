import { PassThrough, Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ElysiaError } from '../../core/errors.ts'
import { failpoint } from '../../core/failpoint.ts'
import type { StoredObject } from '../../core/object.ts'
import { counting } from '../../stream/bytes/counting.ts'
import { hashing } from '../../stream/bytes/hashing.ts'
import type { Compression } from '../../stream/codec/compression.ts'
import type { Content, Format } from '../format/format.ts'
import { type Tallied, Tally } from '../object/tally.ts'
import { storageFailure } from '../storage/failure.ts'
import type { Storage } from '../storage/storage.ts'

/** How parts are encoded. */
export interface PartEncoding {
  readonly content: Content
  readonly format: Format
  readonly compression: Compression
  readonly level?: number
}

/** A part to write: pages in order of id become the file `name`. */
export interface PartJob extends PartEncoding {
  readonly storage: Storage
  readonly name: string
  readonly pages: AsyncIterable<readonly StoredObject[]>
  readonly onPage?: (objects: number) => void
  readonly signal?: AbortSignal
}

/** A part that is durable: what it holds, counted on the way, and its file. */
export interface WrittenPart extends Tallied {
  readonly bytes: number
  readonly rawBytes: number
  readonly sha256: string
}

/**
 * Writes one part: encode and tally → compress → hash → file. It counts once `confirmPart` has read it again.
 * Memory: what the format's encoder holds, and a few chunks.
 * @throws ElysiaError ELYSIA_STATE where the disk is full
 */
export async function writePart(job: PartJob): Promise<WrittenPart> {
  const { storage, name, format, compression, level, content, signal } = job
  const upload = await storage.create(name)
  try {
    const tally = new Tally()
    const raw = counting()
    const stored = hashing()
    const compressor = format.compressesItself ? new PassThrough() : await compression.compress(level)
    const encoder = format.encode(content, tally)
    const stages = [encoder, raw, compressor, stored, upload.stream]
    const source = Readable.from(told(job), { objectMode: true, highWaterMark: 1 })
    await pipeline([source, ...stages], signal ? { signal } : {})
    failpoint('part.before-commit')
    await upload.commit()
    failpoint('part.after-commit')
    const rawBytes = encoder.rawBytes ?? raw.bytes
    return { ...tally.tallied(), bytes: stored.bytes, rawBytes, sha256: stored.sha256() }
  } catch (error) {
    await upload.discard()
    throw storageFailure(error, storage, name)
  }
}

/** The pages, each told of once it was taken. */
async function* told({ pages, onPage }: PartJob): AsyncGenerator<readonly StoredObject[]> {
  for await (const page of pages) {
    yield page
    onPage?.(page.length)
  }
}

/** The SHA-256 and the size of a file as it is stored. @throws ElysiaError ELYSIA_NOT_FOUND */
export async function hashFile(storage: Storage, name: string, signal?: AbortSignal) {
  const stored = hashing()
  const nothing = new Writable({ write: (_chunk, _encoding, done) => done() })
  await pipeline([await storage.read(name), stored, nothing], signal ? { signal } : {})
  return { bytes: stored.bytes, sha256: stored.sha256() }
}

/**
 * Reads a part that was written again, and takes it away where it is another one.
 * @throws ElysiaError ELYSIA_STATE where the disk gives back other bytes than it was given
 */
export async function confirmPart(
  storage: Storage,
  name: string,
  sha256: string,
  signal?: AbortSignal,
): Promise<void> {
  const again = await hashFile(storage, name, signal).catch((error) => {
    throw storageFailure(error, storage, name)
  })
  if (again.sha256 === sha256) return
  await storage.remove(name)
  throw new ElysiaError('ELYSIA_STATE', `${storage.text}/${name} reads back other than it was written`, {
    hint: 'check the disk, or give another --to',
  })
}
