import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { type FileLock, lockFile } from '../../database/fileLock.ts'
import { makeDirectory } from '../../file/directory.ts'
import { writeWhole } from '../../file/writeWhole.ts'
import { isScratchPlace, type ScratchPlace } from './scratch.ts'

const MAX_BYTES = 16 * 1024
const OURS = /^([0-9a-f]{32})\.(json|json\.new|lock)$/
/** Others hold it for a few file operations at a time. */
const WAIT_MS = 30_000

/** A place that is noted, and whose process is alive as long as `lock` is held. */
export interface NotedScratch {
  readonly place: ScratchPlace
  /** Says that all of it is gone, or gives it back as it is. */
  end(isGone: boolean): void
}

/** Where rehearsals note what they are about to make, each under a lock that its process holds until its end. */
export class ScratchNotes {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Notes a place, durably, before anything of it is made. @throws ElysiaError ELYSIA_STATE */
  async note(place: ScratchPlace, signal: AbortSignal): Promise<NotedScratch> {
    return this.#alone(signal, () => {
      const lock = lockFile(this.#path(place.id, 'lock'))
      if (lock === undefined)
        throw new ElysiaError('ELYSIA_STATE', `${place.id} is locked by another process`)
      writeWhole(this.#path(place.id, 'json'), `${JSON.stringify(place)}\n`)
      return this.#held(place, lock)
    })
  }

  /** Takes over what is noted by processes that are gone. What is no note of ours is left alone. */
  async dead(signal: AbortSignal): Promise<NotedScratch[]> {
    if (statSync(this.#directory, { throwIfNoEntry: false }) === undefined) return []
    return this.#alone(signal, () => {
      const names = readdirSync(this.#directory)
      const ids = new Set(names.flatMap((name) => OURS.exec(name)?.[1] ?? []))
      return [...ids].flatMap((id) => this.#takeOver(id, names.includes(`${id}.json`)))
    })
  }

  #takeOver(id: string, isNoted: boolean): NotedScratch[] {
    const place = isNoted ? this.#read(id) : undefined
    if (isNoted && place === undefined) return []
    const lock = lockFile(this.#path(id, 'lock'))
    if (lock === undefined) return []
    if (place !== undefined) return [this.#held(place, lock)]
    // Killed before it was noted: nothing was made.
    lock.release()
    for (const ending of ['json.new', 'lock'] as const) rmSync(this.#path(id, ending), { force: true })
    return []
  }

  #held(place: ScratchPlace, lock: FileLock): NotedScratch {
    return {
      place,
      end: (isGone) => {
        // The note first: a lock without a note is nobody's.
        if (isGone) rmSync(this.#path(place.id, 'json'), { force: true })
        lock.release()
        if (isGone) rmSync(this.#path(place.id, 'lock'), { force: true })
      },
    }
  }

  #read(id: string): ScratchPlace | undefined {
    const path = this.#path(id, 'json')
    try {
      if (statSync(path).size > MAX_BYTES) return undefined
      const read: unknown = JSON.parse(readFileSync(path, 'utf8'))
      if (typeof read !== 'object' || read === null || !isScratchPlace(read)) return undefined
      return read.id === id ? read : undefined
    } catch {
      return undefined
    }
  }

  /** One process at a time takes locks here, so that none is taken for dead between its lock and its note. */
  async #alone<T>(signal: AbortSignal, work: () => T): Promise<T> {
    const path = join(this.#directory, 'lock')
    const until = performance.now() + WAIT_MS
    let lock: FileLock | undefined
    try {
      makeDirectory(this.#directory)
      for (lock = lockFile(path); lock === undefined; lock = lockFile(path)) {
        signal.throwIfAborted()
        if (performance.now() > until) throw new Error(`another process holds ${path}`)
        await wait(50, undefined, { signal })
      }
      return work()
    } catch (cause) {
      if (cause instanceof ElysiaError || signal.aborted) throw cause
      throw new ElysiaError('ELYSIA_STATE', `${this.#directory} cannot be used: ${messageOf(cause)}`, {
        cause,
      })
    } finally {
      lock?.release()
    }
  }

  #path(id: string, ending: 'json' | 'json.new' | 'lock'): string {
    return join(this.#directory, `${id}.${ending}`)
  }
}
