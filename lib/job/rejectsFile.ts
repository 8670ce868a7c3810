import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { ElysiaError, messageOf } from '../errors.ts'
import type { Outcome } from '../outcome.ts'
import { Reject } from '../reject.ts'

/** One line of a rejects file. @see SPEC.md, "Rejects file" */
export interface RejectLine {
  line: number
  code: string
  reason: string
  /** The input, where a run has several. */
  source?: string
  /** The line as it was read; in its place `record_base64` where it is not UTF-8, `record_sha256` where it was too long. */
  record?: string
  record_base64?: string
  record_sha256?: string
}

/** What is written of a rejected record. */
export function rejectLine({ item, cause, reason }: Outcome, source?: string): RejectLine {
  const line: RejectLine = { line: item.line, code: String(cause), reason: reason ?? '' }
  if (source !== undefined) line.source = source
  if (item.text !== undefined) line.record = item.text
  else if (item instanceof Reject && item.bytes !== undefined)
    line.record_base64 = item.bytes.toString('base64')
  else if (item instanceof Reject && item.digest !== undefined) line.record_sha256 = item.digest
  return line
}

/**
 * The file that takes what was rejected, in order of line, made when the first reject comes (mode 0600: it
 * holds data). `bytes` is its length so far: a checkpoint holds it, and a continued run cuts the file back to
 * it, so that no line stands twice.
 * @throws ElysiaError ELYSIA_STATE where it cannot be written; what was written then is not settled.
 */
export class RejectsFile {
  readonly path: string
  readonly #from: number
  #bytes = 0
  #fd: number | undefined

  /** `from` is the length of what earlier runs wrote to a file that several share: it stays. */
  constructor(path: string, from = 0) {
    this.path = path
    this.#from = from
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Begins a run: what an earlier run left is gone. A link stays, and so does a device such as /dev/null. */
  reset(): void {
    if (this.#from > 0) this.continueAt(this.#from)
    else this.#beginAnew()
  }

  /** Goes on after `bytes`: what was written beyond them was never settled. A file taken away begins anew. */
  continueAt(bytes: number): void {
    this.close()
    this.#bytes = Math.min(bytes, sizeOf(this.path))
    if (this.#bytes === 0) {
      if (this.#from === 0) this.#beginAnew()
      return
    }
    this.#guard(() => {
      this.#fd = openSync(this.path, 'r+', 0o600)
      ftruncateSync(this.#fd, this.#bytes)
    })
  }

  append(lines: readonly RejectLine[]): void {
    if (lines.length === 0) return
    const text = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    this.#guard(() => {
      this.#fd ??= this.#open()
      const isFile = fstatSync(this.#fd).isFile()
      for (let done = 0; done < text.length; ) {
        // A pipe or a device has neither positions nor anything to bring to the disk.
        const position = isFile ? this.#bytes + done : null
        done += writeSync(this.#fd, text, done, text.length - done, position)
      }
      if (isFile) fdatasyncSync(this.#fd)
    })
    this.#bytes += text.length
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
  }

  #beginAnew(): void {
    this.close()
    this.#bytes = 0
    this.#guard(() => {
      const found = lstatSync(this.path, { throwIfNoEntry: false })
      if (found?.isFile() || found?.isDirectory()) rmSync(this.path)
      else if (isFile(this.path)) truncateSync(this.path)
    })
  }

  #open(): number {
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 })
    return openSync(this.path, 'w', 0o600)
  }

  #guard(write: () => void): void {
    try {
      write()
    } catch (error) {
      throw new ElysiaError(
        'ELYSIA_STATE',
        `the rejects file ${this.path} cannot be written: ${messageOf(error)}`,
        {
          cause: error,
          hint: 'make room or name another file with --rejects, then give the same command again',
        },
      )
    }
  }
}

/** True for a file that holds what is written to it, other than a device. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

/** The length of a file; 0 where there is none, or something else. */
export function sizeOf(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false })
  return found?.isFile() ? found.size : 0
}
