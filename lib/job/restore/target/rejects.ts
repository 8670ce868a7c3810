import {
  closeSync,
  createReadStream,
  createWriteStream,
  fdatasyncSync,
  fstatSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { objectText } from '../../../archive/object/lineWriter.ts'
import { parseBounded } from '../../../core/boundedJson.ts'
import { ElysiaError, messageOf } from '../../../core/errors.ts'
import type { Line } from '../../../core/line.ts'
import type { Reject } from '../../../core/reject.ts'
import { makeDirectory } from '../../../file/directory.ts'
import { setAside } from '../../../run/keptFile.ts'
import { sizeOf } from '../../../run/rejectsFile.ts'
import { splitLines } from '../../../stream/lines/splitLines.ts'
import type { Refused } from '../tally.ts'
import type { PlacedLink } from './linkSpool.ts'

/**
 * The file that takes what a restore refused, a JSON line each: `{id, reason, part, object}` (`references` in
 * place of the object, or of a line that is none `line` and `record`); made when the first one comes (mode 0600:
 * it holds data). @throws ElysiaError ELYSIA_STATE where it cannot be written
 */
export class RestoreRejects {
  readonly path: string
  readonly #run: string
  #fd: number | undefined

  constructor(path: string, run: string) {
    this.path = path
    this.#run = run
  }

  /**
   * Begins with what an interrupted run wrote of these parts: the others are restored anew. What was there is kept as
   * `FILE.1`.
   */
  async begin(partsDone: ReadonlySet<string>): Promise<void> {
    if (sizeOf(this.path) === 0) return
    try {
      if (partsDone.size === 0) return setAside(this.path)
      const part = `${this.path}.${this.#run}.part`
      rmSync(part, { force: true })
      const of = (lines: AsyncIterable<Line>) => linesOf(lines, partsDone)
      const output = createWriteStream(part, { mode: 0o600, flags: 'wx', flush: true })
      await pipeline(createReadStream(this.path), splitLines(), of, output)
      setAside(this.path)
      renameSync(part, this.path)
    } catch (error) {
      throw this.#failure(error)
    }
  }

  append(lines: readonly string[]): void {
    if (lines.length === 0) return
    try {
      this.#fd ??= this.#open()
      const bytes = Buffer.from(lines.join(''))
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done)
    } catch (error) {
      throw this.#failure(error)
    }
  }

  /** What was appended is on the disk after this. */
  sync(): void {
    try {
      if (this.#fd !== undefined && fstatSync(this.#fd).isFile()) fdatasyncSync(this.#fd)
    } catch (error) {
      throw this.#failure(error)
    }
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
  }

  #open(): number {
    makeDirectory(dirname(this.path))
    return openSync(this.path, 'a', 0o600)
  }

  #failure(cause: unknown): ElysiaError {
    const message = `the rejects file ${this.path} cannot be written: ${messageOf(cause)}`
    return new ElysiaError('ELYSIA_STATE', message, {
      cause,
      hint: 'make room or name another file with --rejects, then give the same command again',
    })
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

/** The line of what is no object. */
export function lineReject(part: string, { line, code, reason, text }: Reject): string {
  return `${JSON.stringify({ id: null, reason, part, code, line, ...(text !== undefined && { record: text }) })}\n`
}

async function* linesOf(lines: AsyncIterable<Line>, parts: ReadonlySet<string>): AsyncGenerator<string> {
  for await (const { text } of lines) if (parts.has(partOf(text))) yield `${text}\n`
}

/** The part of a whole line; a last one that was cut short by a kill is of none. */
function partOf(text: string): string {
  try {
    return (parseBounded(text) as { part: string }).part
  } catch {
    return ''
  }
}
