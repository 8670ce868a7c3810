import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { PartSink, WrittenPart } from '../../../archive/part/file.ts'
import type { StoredObject } from '../../../core/object.ts'
import { slices } from '../../../core/value/slices.ts'
import type { Partitions } from './partitions.ts'

/**
 * One part as a file in each of its objects' directories. Memory: all objects of the part. Errors: those of the files;
 * ELYSIA_CONFLICT as `directoryOf`
 */
export function partitionFiles(partitions: Partitions, open: (directory: string) => PartSink): PartSink {
  return new PartitionFiles(partitions, open)
}

class PartitionFiles extends Writable implements PartSink {
  readonly written: WrittenPart[] = []
  readonly #partitions: Partitions
  readonly #open: (directory: string) => PartSink
  readonly #groups = new Map<string, StoredObject[]>()
  readonly #ended = new AbortController()
  #writing: Promise<void> = Promise.resolve()

  constructor(partitions: Partitions, open: (directory: string) => PartSink) {
    super({ objectMode: true, highWaterMark: 1 })
    this.#partitions = partitions
    this.#open = open
  }

  override _write(
    page: readonly StoredObject[],
    _: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    try {
      for (const object of page) this.#add(this.#partitions.directoryOf(object), object)
      done()
    } catch (error) {
      done(error as Error)
    }
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#writing = this.#writeAll()
    this.#writing.then(() => done(), done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#ended.abort(error ?? undefined)
    this.#writing.then(
      () => done(error),
      () => done(error),
    )
  }

  #add(directory: string, object: StoredObject): void {
    const group = this.#groups.get(directory)
    if (group === undefined) this.#groups.set(directory, [object])
    else group.push(object)
  }

  async #writeAll(): Promise<void> {
    for (const [directory, objects] of this.#groups) {
      const file = this.#open(directory)
      await pipeline(Readable.from(slices(objects, PAGE_OBJECTS), PAGES), file, {
        signal: this.#ended.signal,
      })
      this.written.push(...file.written)
    }
  }
}

const PAGE_OBJECTS = 500

const PAGES = { objectMode: true, highWaterMark: 1 } as const
