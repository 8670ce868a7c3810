import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Trace } from '../../../archive/undo/undo.ts'
import { ElysiaError } from '../../../core/errors.ts'
import { makeDirectory } from '../../../file/directory.ts'
import type { Link } from '../../../store/store.ts'
import { ownLines } from '../../../stream/lines/ownLines.ts'
import { spoolFailure } from './spoolFailure.ts'

/** A link, and the tenant of its object. */
export interface PlacedLink extends Link {
  readonly tenant?: string
}

/** An object written into a class that others write to, with its digest. */
export interface WrittenObject {
  readonly id: string
  readonly tenant?: string
  readonly wrote: Trace
}

const AT_ONCE = 500

const unwritable = spoolFailure('what is still to be done')

/**
 * Pending work for the objects of written parts, on disk until all parts are written: a reference, for example, may
 * point to an object of a later part. One file for each part, durable before the part counts as written.
 */
export class PartSpool<T> {
  readonly #directory: string
  readonly #kind: string

  /** `kind` names the files and their content: `links`. */
  constructor(directory: string, kind: string) {
    this.#directory = directory
    this.#kind = kind
  }

  /** Starts the file of a part; removes what an earlier attempt left. */
  async begin(part: string): Promise<SpoolFile<T>> {
    makeDirectory(this.#directory)
    return new SpoolFile(await open(this.#path(part), 'w', 0o600))
  }

  /** The entries of a part, some hundred at a time, those of an object together. */
  async *read(part: string): AsyncGenerator<T[]> {
    const lines = ownLines(createReadStream(this.#path(part)), { failure: unreadable(this.#kind) })
    let some: T[] = []
    for await (const line of lines) {
      some.push(...(JSON.parse(line) as T[]))
      if (some.length < AT_ONCE) continue
      yield some
      some = []
    }
    if (some.length > 0) yield some
  }

  /** Removes everything that the run has kept in this directory. */
  async remove(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true })
  }

  #path(part: string): string {
    const name = createHash('sha256').update(part).digest('hex').slice(0, 32)
    return join(this.#directory, `${name}.${this.#kind}`)
  }
}

/** The file of one part, being written. */
export class SpoolFile<T> {
  readonly #handle: FileHandle
  #last: Promise<unknown> = Promise.resolve()
  #ended = false

  constructor(handle: FileHandle) {
    this.#handle = handle
  }

  /** One array for each object. */
  add(objects: readonly (readonly T[])[]): Promise<unknown> {
    if (objects.length === 0) return this.#last
    const text = objects.map((some) => `${JSON.stringify(some)}\n`).join('')
    this.#last = this.#last.then(() => this.#handle.appendFile(text)).catch(unwritable)
    return this.#last
  }

  /** Makes the file durable. A second call does nothing. */
  async end(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    await this.#last
    await this.#handle.datasync().catch(unwritable)
    await this.#handle.close()
  }
}

function unreadable(kind: string) {
  return (fact: string, cause: unknown) =>
    new ElysiaError('ELYSIA_STATE', `the file of ${kind} ${fact}`, {
      cause,
      hint: 'restore again from the beginning, with --fresh',
    })
}
