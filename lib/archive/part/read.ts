import { type Duplex, PassThrough, pipeline, Readable, Writable } from 'node:stream'
import { pipeline as piped } from 'node:stream/promises'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { noteGarbageObjects } from '../../core/memory/objectSize.ts'
import type { StoredObject } from '../../core/object.ts'
import { countBytes } from '../../stream/bytes/countBytes.ts'
import { hashBytes } from '../../stream/bytes/hashBytes.ts'
import { decompress } from '../../stream/codec/decompress.ts'
import type { Content, DeclaredLimits, Format } from '../format/format.ts'
import type { Part } from '../manifest.ts'
import { Tally, type TallyResult } from '../object/tally.ts'
import type { Storage } from '../storage/storage.ts'

/** A part to read, and its entry in the manifest. */
export interface PartReadOptions {
  readonly storage: Storage
  readonly part: Part
  readonly format: Format
  readonly compressed: boolean
  readonly content: Content
  /** True if its bytes were just checked: they are not hashed again, but its objects are. */
  readonly isChecked?: boolean
}

/**
 * The pages of a part; its file is checked while reading: hash → decompress → decode → check. Errors with
 * ELYSIA_DAMAGED, naming the part, if bytes, order, range, counts or digests differ from the manifest: at the latest
 * at its end, after its pages were passed on. Refuses data that decompresses to more than the manifest declares
 * before passing it on. Opens the file on the first read; a missing file is ELYSIA_NOT_FOUND. Memory: two pages, and
 * what the format's decoder holds.
 */
export function partPages(reading: PartReadOptions): Readable {
  return new PartPages(reading)
}

class PartPages extends Readable {
  readonly #reading: PartReadOptions
  readonly #stored = hashBytes()
  readonly #tally = new Tally({ remember: true })
  readonly #check: PartCheck
  /** The last stage; undefined before the file is open. */
  #decoder: Duplex | undefined
  #opening: Promise<void> | undefined
  #checking: Promise<void> | undefined
  /** Ends a second reading. */
  readonly #ended = new AbortController()

  constructor(reading: PartReadOptions) {
    super({ objectMode: true, highWaterMark: 0 })
    this.#reading = reading
    this.#check = new PartCheck(reading)
  }

  override _read(): void {
    if (this.#decoder !== undefined) this.#decoder.resume()
    else this.#opening ??= this.#open().catch((error) => void this.#fail(error))
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#ended.abort()
    Promise.allSettled([this.#opening, this.#checking]).then(() => {
      this.#decoder?.destroy()
      done(error)
    })
  }

  async #open(): Promise<void> {
    const { storage, part, content } = this.#reading
    const source = await storage.read(part.file)
    const stages = decoding(this.#reading, content, this.#tally)
    const decoder = stages.at(-1)!
    const hashed = this.#reading.isChecked === true ? [] : [this.#stored]
    pipeline([source, ...hashed, ...stages], (error) => {
      if (error) this.#fail(error)
    })
    decoder.on('data', (page: readonly StoredObject[]) => this.#take(page))
    decoder.once('end', () => this.#end())
    this.#decoder = decoder
  }

  #take(page: readonly StoredObject[]): void {
    try {
      this.#check.page(page)
      noteGarbageObjects(page)
      if (!this.push(page)) this.#decoder?.pause()
    } catch (error) {
      this.#fail(error)
    }
  }

  #end(): void {
    const { isChecked, part } = this.#reading
    const sha256 = isChecked === true ? part.sha256 : this.#stored.sha256()
    this.#checking = this.#check.end(this.#tally.tallied(), sha256, this.#ended.signal)
    this.#checking.then(
      () => this.push(null),
      (error) => this.#fail(error),
    )
  }

  #fail(error: unknown): void {
    this.destroy(ofPart(this.#reading.part, error) as Error)
  }
}

/** Adds the part's name to an error if a stage found damaged bytes. */
function ofPart(part: Part, error: unknown): unknown {
  if (error instanceof PartDamage || !(error instanceof ElysiaError)) return error
  const isOfBytes = error.code === 'ELYSIA_DAMAGED' || error.code === 'ELYSIA_COMPRESSION'
  return isOfBytes ? damagedPart(part, `is damaged: ${messageOf(error)}`, error) : error
}

/** The stages from stored bytes to pages. */
function decoding({ part, format, compressed }: PartReadOptions, content: Content, tally: Tally): Duplex[] {
  const limit = format.compressesItself ? part.bytes : part.raw_bytes
  const raw = countBytes({
    limit,
    tooMany: () => damagedPart(part, `holds more than the ${limit} bytes that the manifest declares`),
  })
  const unpack = compressed && !format.compressesItself ? decompress() : new PassThrough()
  return [unpack, raw, format.decode(content, tally, declaredOf(part))]
}

/**
 * Parquet archives once recorded the bytes of their files as those before compression, so for them this bound is
 * unknown.
 */
function declaredOf({ objects, bytes, raw_bytes }: Part): DeclaredLimits {
  return { objects, rawBytes: raw_bytes === bytes ? undefined : raw_bytes }
}

/** The digest of a part's objects, whatever the spelling of their JSON: reads the part a second time. */
async function canonicalDigest(reading: PartReadOptions, signal: AbortSignal): Promise<string> {
  const tally = new Tally()
  const nothing = new Writable({ objectMode: true, write: (_page, _encoding, done) => done() })
  const stages = decoding(reading, { ...reading.content, foreign: true }, tally)
  await piped([await reading.storage.read(reading.part.file), ...stages, nothing], { signal })
  return tally.tallied().digest
}

/** A part that does not match its manifest. */
class PartDamage extends ElysiaError {
  /** The file of the part. */
  readonly part: string

  constructor({ file }: Pick<Part, 'file'>, fact: string, cause?: unknown) {
    super('ELYSIA_DAMAGED', `part ${file} ${fact}`, {
      ...(cause !== undefined && { cause }),
      hint: 'restore --skip-damaged restores the other parts; `col catalog verify` lists all that is damaged',
    })
    this.part = file
  }
}

/** The error for a part that does not match its manifest. */
export function damagedPart(part: Pick<Part, 'file'>, fact: string, cause?: unknown): PartDamage {
  return new PartDamage(part, fact, cause)
}

/** Checks the pages of a part against the manifest. */
class PartCheck {
  readonly #reading: PartReadOptions
  readonly #part: Part
  #objects = 0
  #last: string

  constructor(reading: PartReadOptions) {
    this.#reading = reading
    this.#part = reading.part
    this.#last = reading.part.after ?? ''
  }

  /** @throws PartDamage for an object out of order, out of range, or beyond the declared number */
  page(page: readonly StoredObject[]): void {
    const { up_to, objects } = this.#part
    for (const object of page) {
      if (object.id <= this.#last) throw damagedPart(this.#part, `has ${object.id} out of order`)
      if (up_to !== undefined && object.id > up_to)
        throw damagedPart(this.#part, `has ${object.id}, outside its range`)
      this.#last = object.id
      this.#objects += 1
      if (this.#objects > objects)
        throw damagedPart(this.#part, `holds more than the ${objects} objects that the manifest declares`)
    }
  }

  /** @throws PartDamage if bytes, counts or objects differ from the manifest */
  async end(tally: TallyResult, sha256: string, signal: AbortSignal): Promise<void> {
    const part = this.#part
    if (sha256 !== part.sha256) throw damagedPart(part, 'has a SHA-256 that does not match the manifest')
    for (const field of ['objects', 'vectors'] as const) {
      const declared = part[field]
      if (tally[field] !== declared)
        throw damagedPart(part, `holds ${tally[field]} ${field}, the manifest says ${declared}`)
    }
    if (tally.digest === part.digest) return
    const isSame =
      this.#mayBeSpelledOtherwise() && (await canonicalDigest(this.#reading, signal)) === part.digest
    if (!isSame) throw damagedPart(part, 'holds objects that do not match the manifest')
  }

  /** Lines that look canonical are digested as bytes; if that digest differs, the parsed objects decide. */
  #mayBeSpelledOtherwise(): boolean {
    const { format, content } = this.#reading
    return format.name === 'jsonl' && content.vectors === 'base64' && content.foreign !== true
  }
}
