import { createHash } from 'node:crypto'
import { PassThrough, Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { COMPRESSIONS } from '../../archive/compressions.ts'
import type { Manifest, Part, Plan } from '../../archive/manifest.ts'
import { ObjectLines } from '../../archive/objectLines.ts'
import { singleHeader, singleTrailer } from '../../archive/single.ts'
import { Tally } from '../../archive/tally.ts'
import { ElysiaError } from '../../errors.ts'
import { resolveGiven } from '../../options.ts'
import type { Store } from '../../store/store.ts'
import { counting } from '../../stream/counting.ts'
import { patient, type Retrying } from '../../stream/retry.ts'
import { withActiveTenants } from '../activeTenants.ts'
import { notifier, waitText } from '../notice.ts'
import { scan } from '../scan.ts'
import { TOOL } from '../tool.ts'
import type { BackupCircumstances } from './backup.ts'
import { chosenEncoding } from './encoding.ts'
import { manifestFor, requireWhole } from './end.ts'
import { type BackupGiven, type BackupOptions, backupOptions } from './options.ts'
import { planOf, subjectOf, whatOf } from './plan.ts'
import { type BackupReport, backupReport } from './report.ts'

const NEVER = new AbortController().signal

/**
 * A collection → one stream of bytes: a header, a line an object, a trailer without which a reader knows that
 * it is cut short. `location` is what the report calls it. Memory: a page, and what a compressor holds.
 * @throws ElysiaError as `backup`; what was written then has no trailer
 */
export async function backupSingle(
  store: Store,
  name: string,
  out: { readonly stream: Writable; readonly location: string },
  given: BackupGiven,
  circumstances: BackupCircumstances = {},
): Promise<{ readonly report: BackupReport; readonly manifest: Manifest }> {
  const startedMs = performance.now()
  const options = resolveGiven(backupOptions, { ...given, workers: 1 })
  requireLines(options)
  const notify = notifier(circumstances.onNotice)
  const signal = circumstances.signal ?? NEVER
  let retries = 0
  const retry = patient({
    forMs: options.retryForMs,
    signal,
    onRetry: (again) => {
      retries += 1
      notify('waiting', waitText(again))
    },
  })
  const subject = await retry(() => subjectOf(store, name, options))
  let manifest: Manifest | undefined
  const stored = counting()
  await withActiveTenants(store, name, subject.tenants, { notify, retry }, async () => {
    const encoding = await retry(() => chosenEncoding(store, subject, options, notify))
    const plan = await retry(() => planOf(store, subject, encoding, options, TOOL))
    circumstances.onBegun?.(plan)
    const lines = new Lines(plan, store, options, retry, circumstances)
    const text = lines.all(async (parts) => {
      manifest = await retry(() => manifestFor(store, plan, subject.tenants, parts))
      requireWhole(manifest, options, notify)
      return manifest
    })
    const squeeze =
      encoding.compression === 'none'
        ? new PassThrough()
        : await COMPRESSIONS[encoding.compression].compress(encoding.level)
    const source = Readable.from(text, { objectMode: true, highWaterMark: 1 })
    await pipeline([source, squeeze, stored, out.stream], { signal })
  })
  const figures = { location: out.location, kept: 0, retries, startedMs }
  // The manifest inside cannot know how large what is around it becomes.
  const report = { ...backupReport(manifest!, figures), bytes: stored.bytes }
  return { manifest: manifest!, report }
}

function requireLines({ format, partitionBy }: BackupOptions): void {
  if (format === 'jsonl' && partitionBy === undefined) return
  throw new ElysiaError('ELYSIA_USAGE', 'a single file or pipe holds JSON lines, in no partitions', {
    hint: `give a directory to --to for ${format === 'jsonl' ? 'partitions' : `--format ${format}`}`,
  })
}

/** The text of a single-file archive, in pieces. */
class Lines {
  readonly #plan: Plan
  readonly #store: Store
  readonly #options: BackupOptions
  readonly #retry: Retrying
  readonly #circumstances: BackupCircumstances
  readonly #hash = createHash('sha256')
  #objects = 0

  constructor(
    plan: Plan,
    store: Store,
    options: BackupOptions,
    retry: Retrying,
    around: BackupCircumstances,
  ) {
    this.#plan = plan
    this.#store = store
    this.#options = options
    this.#retry = retry
    this.#circumstances = around
  }

  async *all(finish: (parts: Part[]) => Promise<Manifest>): AsyncGenerator<Buffer> {
    yield this.#hashed(Buffer.from(singleHeader(this.#plan)))
    const parts: Part[] = []
    for (const index of this.#plan.ranges.keys()) parts.push(yield* this.#range(index))
    const manifest = await finish(parts)
    yield Buffer.from(singleTrailer(manifest, this.#hash.digest('hex')))
  }

  async *#range(index: number): AsyncGenerator<Buffer, Part> {
    const { signal = NEVER, stop, onProgress } = this.#circumstances
    const { tenant, after, up_to } = this.#plan.ranges[index]!
    const call = { signal, ...(tenant !== undefined && { tenant }) }
    const stretch = { ...(after !== undefined && { after }), ...(up_to !== undefined && { upTo: up_to }) }
    const tally = new Tally()
    const lines = new ObjectLines(this.#options.readable ? 'numbers' : 'base64', tally)
    const hash = createHash('sha256')
    let bytes = 0
    const handOn = (piece: Buffer) => {
      bytes += piece.length
      hash.update(piece)
      return this.#hashed(piece)
    }
    const collection = this.#store.collection(this.#plan.collection)
    const pages = scan(collection, whatOf(this.#options.vectors), stretch, call, this.#retry)
    for await (const page of pages) {
      if (stop?.aborted === true) throw stop.reason
      for (const piece of lines.page(page)) yield handOn(piece)
      this.#objects += page.length
      onProgress?.({ objects: this.#objects, total: this.#plan.counts.before })
    }
    for (const piece of lines.take()) yield handOn(piece)
    const { objects, vectors, digest } = tally.tallied()
    return {
      file: `-${index}`,
      range: index,
      ...(after !== undefined && { after }),
      ...(up_to !== undefined && { up_to }),
      objects,
      vectors,
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
