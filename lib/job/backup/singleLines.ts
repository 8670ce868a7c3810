import { createHash } from 'node:crypto'
import type { Manifest, Part, Plan } from '../../archive/manifest.ts'
import { Tally } from '../../archive/object/tally.ts'
import { ObjectLines } from '../../archive/object/writer.ts'
import { requireReadableHeader, singleHeader, singleTrailer } from '../../archive/single.ts'
import type { WokenTenants } from '../../run/activeTenants.ts'
import { scan } from '../../store/scan.ts'
import type { SourceCounts } from './manifest.ts'
import type { BackupOptions } from './options.ts'
import { type Counted, callsFor, whatOf } from './plan.ts'
import type { BackupCircumstances } from './run.ts'
import { isOld, type Looking, type Portion, requireFound } from './scan/found.ts'
import { finite, type InvalidVectors } from './scan/invalidVectors.ts'
import { countAfter } from './scan/scanned.ts'

export interface SingleLinesOptions {
  readonly plan: Plan
  readonly looking: Looking
  readonly woken: WokenTenants
  /** What the store counted before the scan. */
  readonly counted: Counted
  /** Takes note of vectors that are left out; undefined where they end the backup. */
  readonly invalid: InvalidVectors | undefined
  readonly options: BackupOptions
  readonly circumstances: BackupCircumstances
}

type Finish = (counts: SourceCounts, parts: Part[]) => Promise<Manifest>

/** The text of a single-file archive, in pieces. Memory: a page. */
export class SingleLines {
  readonly #given: SingleLinesOptions
  readonly #hash = createHash('sha256')
  readonly #woke = { before: 0, after: 0 }
  readonly #portions = new Map<string | undefined, Portion[]>()
  #objects = 0

  constructor(given: SingleLinesOptions) {
    this.#given = given
  }

  /** @throws ElysiaError ELYSIA_INCOMPLETE where the store keeps something back */
  async *all(finish: Finish): AsyncGenerator<Buffer> {
    const { plan } = this.#given
    const header = singleHeader(plan)
    requireReadableHeader(header)
    yield this.#hashed(Buffer.from(header))
    const parts: Part[] = []
    for (const index of plan.ranges.keys()) parts.push(yield* this.#awake(index))
    const manifest = await finish(await this.#counts(parts), parts)
    yield Buffer.from(singleTrailer(manifest, this.#hash.digest('hex')))
  }

  /** A range, whose tenant is woken for it, counted and compared while it is awake, and put back. */
  async *#awake(index: number): AsyncGenerator<Buffer, Part> {
    const { plan, woken, looking } = this.#given
    const { tenant } = plan.ranges[index]!
    if (tenant === undefined || !woken.isAsleep(tenant)) return yield* this.#range(index)
    const count = () => looking.retry(() => looking.collection.count({ tenant, signal: looking.signal }))
    await woken.wake(tenant)
    const before = await count()
    const part = yield* this.#range(index)
    const after = await count()
    const found = { tenant, before, after, objects: part.objects }
    await requireFound(looking, found, this.#portions.get(tenant) ?? [])
    await woken.putBack(tenant)
    this.#woke.before += before
    this.#woke.after += after
    return part
  }

  async #counts(parts: readonly Part[]): Promise<SourceCounts> {
    const { plan, looking, counted } = this.#given
    const isCompared = plan.content !== 'schema-only'
    const after = await countAfter(looking, callsFor(plan.tenants), counted, (tenant) => {
      if (!isCompared) return undefined
      const own = parts.filter(({ range }) => plan.ranges[range]!.tenant === tenant)
      const objects = own.reduce((sum, part) => sum + part.objects, 0)
      return { objects, portions: this.#portions.get(tenant) ?? [] }
    })
    return { before: plan.counts.before + this.#woke.before, after: after + this.#woke.after }
  }

  async *#range(index: number): AsyncGenerator<Buffer, Part> {
    const { plan, looking, invalid, options, circumstances } = this.#given
    const { stop, onProgress } = circumstances
    const { tenant, after, up_to } = plan.ranges[index]!
    const call = { signal: looking.signal, ...(tenant !== undefined && { tenant }) }
    const gap = { ...(after !== undefined && { after }), ...(up_to !== undefined && { upTo: up_to }) }
    const tally = new Tally()
    const lines = new ObjectLines(options.readable ? 'numbers' : 'base64', tally)
    const hash = createHash('sha256')
    let bytes = 0
    let old = 0
    const handOn = (piece: Buffer) => {
      bytes += piece.length
      hash.update(piece)
      return this.#hashed(piece)
    }
    const pages = scan(looking.collection, whatOf(options.vectors), gap, call, looking.retry)
    for await (const page of invalid ? finite(pages, invalid) : pages) {
      if (stop?.aborted === true) throw stop.reason
      for (const piece of lines.page(page)) yield handOn(piece)
      for (const object of page) if (isOld(object, looking.oldBeforeMs)) old += 1
      this.#objects += page.length
      onProgress?.({ objects: this.#objects, total: plan.counts.before })
    }
    for (const piece of lines.take()) yield handOn(piece)
    this.#portions.set(tenant, [...(this.#portions.get(tenant) ?? []), { ...gap, old }])
    const { objects, vectors, named, digest } = tally.tallied()
    return {
      file: `-${index}`,
      range: index,
      ...(after !== undefined && { after }),
      ...(up_to !== undefined && { up_to }),
      objects,
      vectors,
      ...(named && { named_vectors: named }),
      bytes,
      raw_bytes: bytes,
      sha256: hash.digest('hex'),
      digest,
    }
  }

  #hashed(bytes: Buffer): Buffer {
    this.#hash.update(bytes)
    return bytes
  }
}
