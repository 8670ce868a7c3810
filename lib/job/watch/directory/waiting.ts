import { type FileIdentity, millisecondsOf, sameContent } from '../identity.ts'

interface WaitingFile {
  readonly identity: FileIdentity
  readonly isStable: boolean
  readonly timer: NodeJS.Timeout | undefined
}

/**
 * Files that wait to be taken, in order of name (by UTF-16 code unit). A file has settled once its size and time have
 * not changed for `settleMs`, or if its time is already that old when it is first seen. Calls `look` with a path when it
 * is time to see it again. Memory: the waiting names.
 */
export class WaitingFiles {
  readonly #settleMs: number
  readonly #look: (path: string) => void
  readonly #files = new Map<string, WaitingFile>()

  constructor(settleMs: number, look: (path: string) => void) {
    this.#settleMs = settleMs
    this.#look = look
  }

  /** The file with the first name, which then waits no longer; undefined if it has not settled, or none waits. */
  takeFirst(): FileIdentity | undefined {
    let first: string | undefined
    for (const path of this.#files.keys()) if (first === undefined || path < first) first = path
    const file = first === undefined ? undefined : this.#files.get(first)
    if (file?.isStable !== true) return undefined
    this.#files.delete(file.identity.path)
    return file.identity
  }

  /** A file was seen, new or again. */
  see(identity: FileIdentity): void {
    const before = this.#files.get(identity.path)
    clearTimeout(before?.timer)
    const ageMs = Date.now() - millisecondsOf(identity.modified)
    const unchanged = before?.timer !== undefined && sameContent(before.identity, identity)
    const isStable = ageMs >= this.#settleMs || (unchanged && ageMs < 0)
    // A time in the future says nothing about the file's age: it must stay unchanged for the full time.
    const leftMs = ageMs < 0 ? this.#settleMs : Math.max(1, Math.ceil(this.#settleMs - ageMs))
    const timer = isStable ? undefined : setTimeout(() => this.#look(identity.path), leftMs)
    this.#files.set(identity.path, { identity, isStable, timer })
  }

  /** False if the path waits already. */
  putBack(identity: FileIdentity): boolean {
    if (this.#files.has(identity.path)) return false
    this.#files.set(identity.path, { identity, isStable: true, timer: undefined })
    return true
  }

  /** False if the path did not wait. */
  drop(path: string): boolean {
    clearTimeout(this.#files.get(path)?.timer)
    return this.#files.delete(path)
  }

  clear(): void {
    for (const { timer } of this.#files.values()) clearTimeout(timer)
    this.#files.clear()
  }
}
