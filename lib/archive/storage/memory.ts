import { Readable, Writable } from 'node:stream'
import { ElysiaError } from '../../core/errors.ts'
import { segmentsOf } from './names.ts'
import type { PlacedFile, Slice, Storage, Upload } from './storage.ts'

/** The files of a storage in memory, by name; a caller may read and change them. */
export type Files = Map<string, Buffer>

/** A storage in memory: for tests, and for programs that handle an archive themselves. */
export function memoryStorage(files: Files = new Map(), text = 'memory'): Storage {
  return new MemoryStorage(files, text, '')
}

class MemoryStorage implements Storage {
  readonly text: string
  readonly #files: Files
  readonly #prefix: string

  constructor(files: Files, text: string, prefix: string) {
    this.text = text
    this.#files = files
    this.#prefix = prefix
  }

  async create(name: string): Promise<Upload> {
    const key = this.#key(name)
    let chunks: Buffer[] | undefined = []
    const stream = new Writable({
      write(chunk: Buffer, _, done) {
        chunks?.push(Buffer.from(chunk))
        done()
      },
    })
    return {
      stream,
      commit: async () => {
        if (chunks !== undefined) this.#files.set(key, Buffer.concat(chunks))
        chunks = undefined
      },
      async discard() {
        stream.destroy()
        chunks = undefined
      },
    }
  }

  async append(name: string, bytes: Uint8Array | string): Promise<void> {
    const key = this.#key(name)
    this.#files.set(key, Buffer.concat([this.#files.get(key) ?? Buffer.alloc(0), Buffer.from(bytes)]))
  }

  async read(name: string, slice?: Slice): Promise<Readable> {
    const bytes = this.#files.get(this.#key(name))
    if (bytes === undefined) {
      throw new ElysiaError('ELYSIA_NOT_FOUND', `${this.text}/${name} does not exist`)
    }
    return Readable.from([slice === undefined ? bytes : bytes.subarray(slice.start, slice.end)], {
      objectMode: false,
    })
  }

  async bytes(name: string): Promise<number | undefined> {
    return this.#files.get(this.#key(name))?.length
  }

  async *list(under = ''): AsyncGenerator<PlacedFile> {
    const below = this.#prefix + (under === '' ? '' : `${segmentsOf(under).join('/')}/`)
    for (const key of [...this.#files.keys()].sort()) {
      if (key.startsWith(below)) {
        yield { name: key.slice(this.#prefix.length), bytes: this.#files.get(key)!.length }
      }
    }
  }

  /** Yields nothing: only its upload refers to an uncommitted file. */
  async *unfinished(): AsyncGenerator<PlacedFile> {}

  async remove(name: string): Promise<boolean> {
    return this.#files.delete(this.#key(name))
  }

  within(name: string): Storage {
    return new MemoryStorage(this.#files, `${this.text}/${name}`, `${this.#key(name)}/`)
  }

  #key(name: string): string {
    return this.#prefix + segmentsOf(name).join('/')
  }
}
