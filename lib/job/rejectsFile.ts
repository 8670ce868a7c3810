import {
  closeSync,
  existsSync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  rmSync,
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
  #bytes = 0
  #fd: number | undefined

  constructor(path: string) {
    this.path = path
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Begins a run: what an earlier run left is gone. */
  reset(): void {
    this.#guard(() => rmSync(this.path, { force: true }))
  }

  /** Goes on after `bytes`: what was written beyond them was never settled. A file taken away begins anew. */
  continueAt(bytes: number): void {
    if (bytes === 0 || !existsSync(this.path)) {
      this.reset()
      return
    }
    this.#guard(() => {
      this.#fd = openSync(this.path, 'r+', 0o600)
      ftruncateSync(this.#fd, bytes)
    })
    this.#bytes = bytes
  }

  append(lines: readonly RejectLine[]): void {
    if (lines.length === 0) return
    const text = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    this.#guard(() => {
      this.#fd ??= this.#open()
      for (let done = 0; done < text.length; ) {
        done += writeSync(this.#fd, text, done, text.length - done, this.#bytes + done)
      }
      fdatasyncSync(this.#fd)
    })
    this.#bytes += text.length
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
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
