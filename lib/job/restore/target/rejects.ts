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
import { OBJECT_BOUNDS } from '../../../archive/object/bounds.ts'
import { objectText } from '../../../archive/object/lineWriter.ts'
import { parseBounded } from '../../../core/boundedJson.ts'
import { ElysiaError, messageOf } from '../../../core/errors.ts'
import type { Reject } from '../../../core/reject.ts'
import type { FileLock } from '../../../database/fileLock.ts'
import { makeDirectory } from '../../../file/directory.ts'
import { sizeOf } from '../../../run/rejectsFile.ts'
import { setAside } from '../../../run/setAside.ts'
import { ownLines } from '../../../stream/lines/ownLines.ts'
import type { RefusedObject } from '../part/tally.ts'
import type { PlacedLink } from './partSpool.ts'

/** Bounds of an object and of the line around it. */
const BOUNDS = { ...OBJECT_BOUNDS, depth: OBJECT_BOUNDS.depth + 1 }

/** The source of a rejected line: archives that are restored together share a file. */
export interface RejectOrigin {
  /** The id of the archive, or the name of the source. */
  readonly archive: string
  /** The class of the source. */
  readonly class: string
}

/**
 * The file of refused objects, a JSON line each: `{id, code, reason, part, archive, class, object}` (`references`
 * instead of the object; `line` for a repeated id of a source of lines; `line` and `record` for a line that is not an
 * object); created with the first one (mode 0600: it holds data).
 * @throws ElysiaError ELYSIA_STATE if it cannot be written
 */
export class RestoreRejects {
  readonly path: string
  readonly #run: string
  readonly #kept = new Set<string>()
  readonly #takeLock: () => FileLock | undefined
  #lock: FileLock | undefined
  #fd: number | undefined
  #begun = false

  constructor(path: string, run: string, takeLock: () => FileLock | undefined = () => undefined) {
    this.path = path
    this.#run = run
    this.#takeLock = takeLock
  }

  /** Keeps other runs from the file until it is closed. @throws ElysiaError ELYSIA_LOCKED */
  lock(): void {
    this.#lock ??= this.#takeLock()
  }

  /** Call this before `begin`: keeps what an interrupted run wrote for these parts of an archive. */
  keep(archive: string, parts: Iterable<string>): void {
    for (const part of parts) this.#kept.add(keyOf({ archive, part }))
  }

  /**
   * Starts the file with the lines to keep; other parts are restored again. The earlier file stays beside it as
   * `FILE.1`. A second call, for another archive, does nothing.
   */
  async begin(): Promise<void> {
    if (this.#begun) return
    this.#begun = true
    if (sizeOf(this.path) === 0) return
    try {
      if (this.#kept.size === 0) return setAside(this.path)
      const part = `${this.path}.${this.#run}.part`
      rmSync(part, { force: true })
      const failure = (fact: string, cause: unknown) => new Error(`it ${fact}`, { cause })
      const lines = ownLines(createReadStream(this.path), { failure })
      const output = createWriteStream(part, { mode: 0o600, flags: 'wx', flush: true })
      await pipeline(linesOf(lines, this.#kept), output)
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

  /** Makes the appended lines durable. */
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
    this.#lock?.release()
    this.#lock = undefined
  }

  #open(): number {
    makeDirectory(dirname(this.path))
    return openSync(this.path, 'a', 0o600)
  }

  #failure(cause: unknown): ElysiaError {
    const message = `the rejects file ${this.path} cannot be written: ${messageOf(cause)}`
    return new ElysiaError('ELYSIA_STATE', message, {
      cause,
      hint: 'make room or name another file with --rejects, then run the same command again',
    })
  }
}

/** The line of an object, which contains it as an archive writes it, so that it can be restored from here. */
export function objectReject(
  part: string,
  of: RejectOrigin,
  { object, code, reason, line }: RefusedObject,
): string {
  const head = JSON.stringify({ id: object.id, code, reason, part, ...named(of), line })
  return `${head.slice(0, -1)},"object":${objectText(object)}}\n`
}

/** The line of references that an object did not get; the object itself was written. */
export function linkReject(
  part: string,
  of: RejectOrigin,
  { id, ...references }: PlacedLink,
  reason: string,
): string {
  return `${JSON.stringify({ id, code: 'store_rejected', reason, part, ...named(of), references })}\n`
}

/** The line of something that is not an object. */
export function lineReject(part: string, of: RejectOrigin, { line, code, reason, text }: Reject): string {
  const record = text === undefined ? {} : { record: text }
  return `${JSON.stringify({ id: null, code, reason, part, ...named(of), line, ...record })}\n`
}

function named({ archive, class: name }: RejectOrigin): RejectOrigin {
  return { archive, class: name }
}

async function* linesOf(lines: AsyncIterable<string>, kept: ReadonlySet<string>): AsyncGenerator<string> {
  for await (const text of lines) if (kept.has(keyOf(originOf(text)))) yield `${text}\n`
}

interface PartOfArchive {
  readonly archive?: string
  readonly part?: string
}

function keyOf({ archive, part }: PartOfArchive): string {
  return JSON.stringify([archive, part])
}

/** The origin of a complete line; a last line cut short by a kill has none. */
function originOf(text: string): PartOfArchive {
  try {
    return parseBounded(text, BOUNDS) as PartOfArchive
  } catch {
    return {}
  }
}
