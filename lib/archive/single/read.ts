import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { pipeline, type Readable } from 'node:stream'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { noteGarbage } from '../../core/memory/limits.ts'
import type { StoredObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import type { Source } from '../../core/stage.ts'
import { wholeNumbers } from '../../core/value/wholeNumbers.ts'
import { decompress } from '../../stream/codec/decompress.ts'
import { FlatMapTransform } from '../../stream/flatMap.ts'
import { Pager } from '../../stream/pager.ts'
import type { Manifest, Plan } from '../manifest.ts'
import { MANIFEST_BOUNDS, manifestReader } from '../manifestFile.ts'
import { type ManifestShapes, planFault, shapes } from '../manifestShapes.ts'
import { OBJECT_LINE } from '../object/bounds.ts'
import { jsonOf, LineCutter, objectIn } from '../object/lineReader.ts'
import { Tally } from '../object/tally.ts'
import { isForeign } from '../part/partReadOptions.ts'
import { HEADER, HEADER_LINE, singleHeader, singleTrailer, TRAILER } from './lines.ts'

/** A line, its text, the parsed values and a message: each is soon garbage. */
const COPIES = 4
const PAGE = { items: 500, length: 4 * 1024 * 1024 }

/** A single file being read. */
export interface SingleArchive {
  readonly plan: Plan
  /** Pages of objects; errors with ELYSIA_DAMAGED if bytes are missing or differ, at the latest at its end. */
  readonly pages: Source<readonly StoredObject[]>
  /** The manifest, once `pages` has ended. */
  manifest(): Manifest
}

/**
 * Reads the header of a single-file archive, compressed or not, and passes on its objects as they come. `foreign`:
 * another program may have spelled its lines, so each object is parsed before it is digested. Memory: a page.
 * @throws ElysiaError ELYSIA_DAMAGED if it does not begin like such an archive
 */
export async function readSingle(source: Readable, { foreign = false } = {}): Promise<SingleArchive> {
  const decoder = new SingleDecoder(await manifestReader(), await shapes(), foreign)
  // The decoder passes errors to the reader of its pages.
  pipeline(source, decompress(), decoder, () => {})
  const plan = decoder.plan ?? ((await once(decoder, 'plan')) as [Plan])[0]
  return {
    plan,
    pages: decoder,
    manifest() {
      if (decoder.manifest !== undefined) return decoder.manifest
      throw new ElysiaError('ELYSIA_DAMAGED', 'the archive has not been read to its trailer')
    },
  }
}

type ReadManifest = (text: string, where: string) => Manifest

class SingleDecoder extends FlatMapTransform<Buffer, StoredObject[]> {
  plan: Plan | undefined
  manifest: Manifest | undefined
  readonly #readManifest: ReadManifest
  readonly #shapes: ManifestShapes
  readonly #lines = new LineCutter(HEADER_LINE)
  #numbers = wholeNumbers()
  readonly #hash = createHash('sha256')
  readonly #tally = new Tally({ remember: true })
  #foreign: boolean
  #line = 0

  constructor(readManifest: ReadManifest, known: ManifestShapes, foreign: boolean) {
    super({ readableObjectMode: true, readableHighWaterMark: 1 })
    this.#foreign = foreign
    this.#readManifest = readManifest
    this.#shapes = known
  }

  protected override *expand(chunk: Buffer): Generator<StoredObject[]> {
    const pager = new Pager<StoredObject>(PAGE)
    for (const line of this.#lines.cut(chunk)) {
      const object = this.#take(line)
      noteGarbage(COPIES * line.length)
      if (object !== undefined && pager.add(object, line.length)) yield* pager.take()
    }
    yield* pager.take()
  }

  protected override rest(): Iterator<StoredObject[]> {
    if (this.#lines.rest() !== undefined || this.manifest === undefined) {
      throw damaged(`is cut short after ${this.#tally.tallied().objects} objects: its trailer is missing`)
    }
    return [][Symbol.iterator]()
  }

  /** The object of a line; undefined for header and trailer. */
  #take(line: Buffer): StoredObject | undefined {
    this.#line += 1
    if (this.manifest !== undefined) throw damaged('continues after its trailer')
    if (line.subarray(0, TRAILER.length).toString() === TRAILER) return this.#end(line)
    this.#hash.update(line).update('\n')
    if (this.plan === undefined) return this.#begin(line)
    try {
      const { object, identity } = objectIn(line, this.#numbers, this.#foreign)
      this.#tally.add(object, identity)
      return object
    } catch (thrown) {
      throw damaged(`is damaged at line ${this.#line}: ${messageOf(thrown)}`)
    }
  }

  #begin(line: Buffer): undefined {
    let header: unknown
    try {
      header = jsonOf(line, MANIFEST_BOUNDS)
    } catch (thrown) {
      throw new NoSingleArchive(`does not begin as one: ${messageOf(thrown)}`)
    }
    const plan = (header as Record<string, unknown> | null)?.[HEADER] as Plan | undefined
    if (plan?.format !== 'elysiactl-archive') throw new NoSingleArchive('does not begin as one')
    if (singleHeader(plan) !== `${line.toString()}\n`) throw damaged('has a damaged header')
    const version: unknown = plan.version
    if (typeof version === 'number' && version > 1) {
      throw new ElysiaError(
        'ELYSIA_CONFLICT',
        `the archive is of version ${version}, this elysiactl reads 1`,
        {
          hint: 'read it with the elysiactl that wrote it, or a newer one',
        },
      )
    }
    const fault = planFault(plan, this.#shapes)
    if (fault !== undefined) throw damaged(`has a header that is not valid: ${fault}`)
    this.plan = plan
    this.#lines.bound = OBJECT_LINE
    this.#foreign ||= isForeign(plan) || plan.encoding.vectors === 'numbers'
    this.#numbers = wholeNumbers((plan.schema as unknown as CollectionSchema).properties)
    this.emit('plan', plan)
  }

  #end(line: Buffer): undefined {
    let trailer: { elysiactl_manifest?: unknown; sha256?: unknown }
    try {
      trailer = jsonOf(line, MANIFEST_BOUNDS) as typeof trailer
    } catch (thrown) {
      throw damaged(`has a damaged trailer: ${messageOf(thrown)}`)
    }
    const { elysiactl_manifest: text, sha256 } = trailer
    if (typeof text !== 'string' || sha256 !== this.#hash.digest('hex')) {
      throw damaged('has a SHA-256 that does not match its trailer')
    }
    const manifest = this.#readManifest(text, 'the trailer')
    const { objects, vectors, digest } = manifest.totals
    const tallied = this.#tally.tallied()
    if (objects !== tallied.objects || vectors !== tallied.vectors || digest !== tallied.digest) {
      throw damaged('holds objects that do not match its trailer')
    }
    if (singleTrailer(manifest, sha256) !== `${line.toString()}\n`) throw damaged('has a damaged trailer')
    this.manifest = manifest
  }
}

const HINT = 'what was restored of it so far is incomplete: get the file again'

function damaged(fact: string): ElysiaError {
  return new ElysiaError('ELYSIA_DAMAGED', `the archive ${fact}`, { hint: HINT })
}

/** A file that does not begin like such an archive: it is damaged, or something else. */
export class NoSingleArchive extends ElysiaError {
  constructor(fact: string) {
    super('ELYSIA_DAMAGED', `the archive ${fact}`, { hint: HINT })
  }
}
