import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { UNDO_LEFT, undoUnwritable } from '../../archive/undo/undo.ts'

/** An object that a rollback does not put back. */
export interface SkippedObject {
  readonly id: string
  readonly tenant?: string
  /** `changed` by someone else, `gone`, or `refused` by the store. */
  readonly found: 'changed' | 'gone' | 'refused'
  readonly reason?: string
}

/** The file of the objects that a rollback left alone, a JSON line each; created with the first one. */
export class SkippedFile {
  readonly #directory: string
  readonly #isWritten: boolean
  #fd: number | undefined

  /** With `isWritten` false nothing is written. */
  constructor(directory: string, isWritten: boolean) {
    this.#directory = directory
    this.#isWritten = isWritten
  }

  /** Undefined if there is none. */
  get path(): string | undefined {
    return this.#fd === undefined ? undefined : this.#name
  }

  get #name(): string {
    return join(this.#directory, UNDO_LEFT)
  }

  /** Removes the list of an earlier attempt. */
  begin(): void {
    rmSync(this.#name, { force: true })
  }

  add(left: readonly SkippedObject[]): void {
    if (left.length === 0 || !this.#isWritten) return
    try {
      this.#fd ??= openSync(this.#name, 'a', 0o600)
      writeSync(this.#fd, left.map((one) => `${JSON.stringify(one)}\n`).join(''))
    } catch (error) {
      throw undoUnwritable(this.#directory, error)
    }
  }

  close(): void {
    if (this.#fd === undefined) return
    fdatasyncSync(this.#fd)
    closeSync(this.#fd)
  }
}
