import { createReadStream, createWriteStream } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { objectText } from '../archive/objectLine.ts'
import { ElysiaError, messageOf } from '../errors.ts'
import type { Line } from '../line.ts'
import { splitLines } from '../stream/splitLines.ts'
import type { PlacedLink } from './restoreLinks.ts'
import type { Refused } from './restoreTally.ts'

/**
 * The file that takes refused objects, one JSON line each: `{id, reason, part, object}`, or
 * `references` in place of the object; made when the first one comes (mode 0600: it holds data).
 * @throws ElysiaError ELYSIA_STATE where it cannot be written
 */
export class RestoreRejects {
  readonly path: string
  #handle: FileHandle | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(path: string) {
    this.path = path
  }

  /** Begins with what an interrupted run wrote of these parts: the others are restored anew. */
  async begin(partsDone: ReadonlySet<string>): Promise<void> {
    await this.#guard(async () => {
      if (!(await isFile(this.path))) return
      if (partsDone.size === 0) return rm(this.path)
      const kept = `${this.path}.kept`
      const of = (lines: AsyncIterable<Line>) => linesOf(lines, partsDone)
      await pipeline(createReadStream(this.path), splitLines(), of, createWriteStream(kept, { mode: 0o600 }))
      await rename(kept, this.path)
    })
  }

  /** Resolves when the lines are on the disk. */
  append(lines: readonly string[]): Promise<unknown> {
    if (lines.length === 0) return Promise.resolve()
    const text = lines.join('')
    this.#last = this.#last.then(() =>
      this.#guard(async () => {
        this.#handle ??= await this.#open()
        await this.#handle.appendFile(text)
        if ((await this.#handle.stat()).isFile()) await this.#handle.datasync()
      }),
    )
    return this.#last
  }

  async close(): Promise<void> {
    await this.#last.catch(() => {})
    await this.#handle?.close().catch(() => {})
  }

  async #open(): Promise<FileHandle> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 })
    return open(this.path, 'a', 0o600)
  }

  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (cause) {
      throw new ElysiaError(
        'ELYSIA_STATE',
        `the rejects file ${this.path} cannot be written: ${messageOf(cause)}`,
        { cause, hint: 'make room or name another file with --rejects, then give the same command again' },
      )
    }
  }
}

/** The line of an object, which stands in it as an archive writes it, so that it can be restored from here. */
export function objectReject(part: string, { object, reason }: Refused): string {
  const head = JSON.stringify({ id: object.id, reason, part })
  return `${head.slice(0, -1)},"object":${objectText(object)}}\n`
}

/** The line of references that an object did not get; the object itself was written. */
export function linkReject(part: string, { id, ...references }: PlacedLink, reason: string): string {
  return `${JSON.stringify({ id, reason, part, references })}\n`
}

async function* linesOf(lines: AsyncIterable<Line>, parts: ReadonlySet<string>): AsyncGenerator<string> {
  for await (const { text } of lines) if (parts.has(partOf(text))) yield `${text}\n`
}

/** The part of a whole line; a last one that was cut short by a kill is of none. */
function partOf(text: string): string {
  try {
    return (JSON.parse(text) as { part: string }).part
  } catch {
    return ''
  }
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true
}
