import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ElysiaError } from '../../../core/errors.ts'
import { makeDirectory } from '../../../file/directory.ts'
import type { Link } from '../../../store/store.ts'
import { ownLines } from '../../../stream/lines/ownLines.ts'

/** A link, and the tenant of its object. */
export interface PlacedLink extends Link {
  readonly tenant?: string
}

const LINKS_AT_ONCE = 500

/**
 * The references of parts whose objects are written, on the disk until all objects are: a reference may lead to
 * an object of a later part. One file a part, durable before the part counts as written.
 */
export class LinkSpool {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Begins the file of a part; what an earlier attempt left is gone. */
  async begin(part: string): Promise<LinkFile> {
    makeDirectory(this.#directory)
    return new LinkFile(await open(this.#path(part), 'w', 0o600))
  }

  /** The links of a part, some hundred at a time, those of an object together. */
  async *read(part: string): AsyncGenerator<PlacedLink[]> {
    const lines = ownLines(createReadStream(this.#path(part)), { failure: unreadable })
    let links: PlacedLink[] = []
    for await (const line of lines) {
      links.push(...(JSON.parse(line) as PlacedLink[]))
      if (links.length < LINKS_AT_ONCE) continue
      yield links
      links = []
    }
    if (links.length > 0) yield links
  }

  async remove(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true })
  }

  #path(part: string): string {
    return join(this.#directory, `${createHash('sha256').update(part).digest('hex').slice(0, 32)}.links`)
  }
}

/** The links of one part, being written. */
export class LinkFile {
  readonly #handle: FileHandle
  #last: Promise<unknown> = Promise.resolve()
  #ended = false

  constructor(handle: FileHandle) {
    this.#handle = handle
  }

  /** The links of objects that were written, one array an object. */
  add(objects: readonly (readonly PlacedLink[])[]): Promise<unknown> {
    const text = objects.map((links) => `${JSON.stringify(links)}\n`).join('')
    this.#last = this.#last.then(() => this.#handle.appendFile(text)).catch(unwritable)
    return this.#last
  }

  /** Makes it durable. A second time does nothing. */
  async end(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    await this.#last
    await this.#handle.datasync().catch(unwritable)
    await this.#handle.close()
  }
}

function unreadable(fact: string, cause: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_STATE', `the file of references ${fact}`, {
    cause,
    hint: 'restore again from the beginning, with --fresh',
  })
}

function unwritable(cause: unknown): never {
  throw new ElysiaError('ELYSIA_STATE', `references cannot be kept on the disk: ${String(cause)}`, {
    cause,
    hint: 'make room in the state directory, then give the same command again',
  })
}
