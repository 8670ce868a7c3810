import {
  type Duplex,
  PassThrough,
  type Readable,
  Transform,
  type TransformCallback,
  Writable,
} from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import type { StoredObject } from '../../core/object.ts'
import { counting } from '../../stream/bytes/counting.ts'
import { hashing } from '../../stream/bytes/hashing.ts'
import { decompress } from '../../stream/codec/decompress.ts'
import type { Content, Declared, Format } from '../format/format.ts'
import type { Part } from '../manifest.ts'
import { type Tallied, Tally } from '../object/tally.ts'
import type { Storage } from '../storage/storage.ts'

/** A part to read, and all that its manifest says of it. */
export interface PartReading {
  readonly storage: Storage
  readonly part: Part
  readonly format: Format
  readonly compressed: boolean
  readonly content: Content
}

/**
 * The stages that turn a part's file into pages, for a pipeline: hash → decompress → decode → check. They
 * fail with ELYSIA_DAMAGED, naming the part, where bytes, order, range, counts or digests differ from the
 * manifest: at the latest at its end, after its pages were passed on. What decompresses to more than the
 * manifest declares is refused before it is passed on.
 */
export async function partStages(reading: PartReading): Promise<[Readable, ...Duplex[]]> {
  const { storage, part, content } = reading
  const source = await storage.read(part.file)
  const stored = hashing()
  const tally = new Tally({ remember: true })
  const check = new PartCheck(reading, tally, () => stored.sha256())
  const stages: Duplex[] = [stored, ...decoding(reading, content, tally), check]
  for (const stage of stages) named(stage, part)
  return [source, ...stages]
}

/** Bytes as they are stored → pages. */
function decoding({ part, format, compressed }: PartReading, content: Content, tally: Tally): Duplex[] {
  const limit = format.compressesItself ? part.bytes : part.raw_bytes
  const raw = counting({
    limit,
    tooMany: () => damaged(part, `holds more than the ${limit} bytes that the manifest declares`),
  })
  const unpack = compressed && !format.compressesItself ? decompress() : new PassThrough()
  return [unpack, raw, format.decode(content, tally, declaredOf(part))]
}

/** Archives of Parquet gave their files' own bytes as those before compression once, which says nothing of these. */
function declaredOf({ objects, bytes, raw_bytes }: Part): Declared {
  return { objects, rawBytes: raw_bytes === bytes ? undefined : raw_bytes }
}

/** The digest of a part's objects whatever its JSON looks like: it is read once more, which takes twice as long. */
async function canonicalDigest(reading: PartReading): Promise<string> {
  const tally = new Tally()
  const nothing = new Writable({ objectMode: true, write: (_page, _encoding, done) => done() })
  const stages = decoding(reading, { ...reading.content, foreign: true }, tally)
  await pipeline([await reading.storage.read(reading.part.file), ...stages, nothing])
  return tally.tallied().digest
}

/** The error for a part that is not what its manifest says. */
export function damaged(part: Part, fact: string, cause?: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_DAMAGED', `part ${part.file} ${fact}`, {
    ...(cause !== undefined && { cause }),
    hint: 'restore --skip-damaged restores the other parts; `col catalog verify` lists all that is damaged',
  })
}

/** Has a stage's own complaint about bytes say which part it is about. */
function named(stage: Duplex, part: Part): void {
  const destroy = stage._destroy.bind(stage)
  stage._destroy = (error, done) => {
    const code = (error as { code?: unknown } | null)?.code
    const ours = error instanceof ElysiaError && error.message.startsWith('part ')
    const ofBytes = code === 'ELYSIA_DAMAGED' || code === 'ELYSIA_COMPRESSION'
    destroy(error, (after) => {
      done(after && !ours && ofBytes ? damaged(part, `is damaged: ${messageOf(after)}`, after) : after)
    })
  }
}

/** Passes pages through, and holds them against the manifest. */
class PartCheck extends Transform {
  readonly #reading: PartReading
  readonly #part: Part
  readonly #tally: Tally
  readonly #sha256: () => string
  #objects = 0
  #last: string

  /** `tally` is that of the decoder before it. */
  constructor(reading: PartReading, tally: Tally, sha256: () => string) {
    super({ objectMode: true, highWaterMark: 1 })
    const { part } = reading
    this.#reading = reading
    this.#part = part
    this.#tally = tally
    this.#sha256 = sha256
    this.#last = part.after ?? ''
  }

  override _transform(page: readonly StoredObject[], _: BufferEncoding, done: TransformCallback): void {
    const fault = this.#firstFault(page)
    if (fault === undefined) done(null, page)
    else done(damaged(this.#part, fault))
  }

  override _flush(done: TransformCallback): void {
    this.#lastFault(this.#tally.tallied()).then(
      (fault) => done(fault === undefined ? null : damaged(this.#part, fault)),
      (error: Error) => done(error),
    )
  }

  #firstFault(page: readonly StoredObject[]): string | undefined {
    const { up_to, objects } = this.#part
    for (const object of page) {
      if (object.id <= this.#last) return `has ${object.id} out of order`
      if (up_to !== undefined && object.id > up_to) return `has ${object.id}, outside its range`
      this.#last = object.id
      this.#objects += 1
      if (this.#objects > objects) return `holds more than the ${objects} objects that the manifest declares`
    }
    return undefined
  }

  async #lastFault(found: Tallied): Promise<string | undefined> {
    const { sha256, digest } = this.#part
    if (this.#sha256() !== sha256) return 'has another SHA-256 than the manifest says'
    for (const what of ['objects', 'vectors'] as const) {
      const declared = this.#part[what]
      if (found[what] !== declared) return `holds ${found[what]} ${what}, the manifest says ${declared}`
    }
    if (found.digest === digest) return undefined
    const isSame = this.#mayBeSpelledOtherwise() && (await canonicalDigest(this.#reading)) === digest
    return isSame ? undefined : 'holds other objects than the manifest says'
  }

  /** Lines that look like ours are digested as they stand: where that differs, their objects decide. */
  #mayBeSpelledOtherwise(): boolean {
    const { format, content } = this.#reading
    return format.name === 'jsonl' && content.vectors === 'base64' && content.foreign !== true
  }
}
