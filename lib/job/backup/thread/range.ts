import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { partWriter } from '../../../archive/part/writer.ts'
import { directoryStorage } from '../../../archive/storage/directory.ts'
import { retryUntilDeadline } from '../../../async/retry.ts'
import type { Parcel } from '../../../async/thread/messages.ts'
import { serveThread, type ThreadSignals } from '../../../async/thread/serve.ts'
import type { ThreadTask } from '../../../async/thread/threads.ts'
import { objectPages } from '../../../store/objects.ts'
import { openSqlite } from '../../../store/sqlite/store.ts'
import { encodingOf } from '../encoding.ts'
import { scanProjection } from '../plan.ts'
import { openPart } from '../scan/partFiles.ts'
import { type RangeMessage, type RangeWork, retryNews } from './work.ts'

/** In a thread: a range of a file store → parts, read through a connection of its own; yields its news. */
export function storedRange({ port, data }: ThreadTask<RangeWork>): Promise<void> {
  return serveThread(port, (signals) => [new RangeScan(data, signals)])
}

/**
 * Scans a range, and yields news about it. Keeps writing while a part waits to be recorded, as `partWriter` does.
 * Memory: a page, and what an encoder holds.
 */
class RangeScan extends Readable {
  readonly #work: RangeWork
  readonly #signals: ThreadSignals
  readonly #ended = new AbortController()
  #scanning: Promise<void> | undefined
  #room: (() => void) | undefined
  /** Objects that were read but not reported yet. */
  #read = 0

  constructor(work: RangeWork, signals: ThreadSignals) {
    super({ objectMode: true, highWaterMark: 1 })
    this.#work = work
    this.#signals = signals
  }

  override _read(): void {
    const go = this.#room
    this.#room = undefined
    if (go === undefined) this.#tellRead()
    go?.()
    this.#scanning ??= this.#scan().then(
      () => void this.push(null),
      (error) => void this.destroy(error),
    )
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#ended.abort(error ?? undefined)
    this.#room?.()
    Promise.resolve(this.#scanning).then(() => done(error))
  }

  async #scan(): Promise<void> {
    const { file } = this.#work
    const store = await openSqlite(file, { missing: 'refuse', readonly: true })
    try {
      await this.#write(store.collection(this.#work.plan.collection))
    } finally {
      await store.close()
    }
  }

  async #write(collection: ReturnType<Awaited<ReturnType<typeof openSqlite>>['collection']>): Promise<void> {
    const { gap, directory, plan, encoding, isIndexed, number, partSize, retryForMs } = this.#work
    const signal = AbortSignal.any([this.#signals.signal, this.#ended.signal])
    const retry = retryUntilDeadline({
      forMs: retryForMs,
      signal,
      onRetry: (again) => void this.#tell(retryNews(again)),
    })
    const files = {
      storage: directoryStorage(directory.path, directory.modes),
      plan,
      encoding: await encodingOf({ encoding, schema: plan.schema }),
      partitions: undefined,
      isIndexed,
      numbers: new Map([[gap.range, number]]),
    }
    const parts = partWriter({
      range: gap,
      partBytes: partSize,
      stop: this.#signals.stop,
      onObjects: (read) => {
        this.#read += read
        if (this.readableLength === 0) this.#tellRead()
      },
      open: () => openPart(files, gap),
      onPart: (written, covers, _filtered, index) => {
        // What is in a part counts as read before the part counts.
        this.#tellRead()
        return this.#tell({ type: 'part', files: written, covers, index })
      },
    })
    const projection = scanProjection(encoding.vectors !== 'none')
    await pipeline([objectPages(collection, gap, { projection, retry, signal }), parts], { signal })
  }

  #tellRead(): void {
    if (this.#read === 0) return
    const objects = this.#read
    this.#read = 0
    void this.#tell({ type: 'read', objects })
  }

  /** Resolves when there is room for more. */
  #tell(value: RangeMessage): Promise<void> {
    const news: Parcel<RangeMessage> = { value, transfer: [] }
    if (this.push(news)) return Promise.resolve()
    return new Promise((resolve) => {
      const before = this.#room
      this.#room = () => {
        before?.()
        resolve()
      }
    })
  }
}
