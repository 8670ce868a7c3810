import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { type FileLock, lockFile } from '../../database/fileLock.ts'
import { makeDirectory } from '../../file/directory.ts'
import { writeAtomically } from '../../file/writeAtomically.ts'
import { isScratchPlace, type ScratchPlace } from './scratch.ts'

const MAX_BYTES = 16 * 1024
const OURS = /^([0-9a-f]{32})\.(json|json\.new|lock)$/
/** Others hold it only for a few file operations. */
const WAIT_MS = 30_000

/** The recorded place of a scratch; its process is alive as long as `lock` is held. */
export interface ScratchNote {
  readonly place: ScratchPlace
  /** Removes the note if everything is gone; otherwise releases it as it is. */
  end(isGone: boolean): void
}

/** Where rehearsals record what they are about to make, each under a lock that its process holds until its end. */
export class ScratchNotes {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Records a place, durably, before anything is made there. @throws ElysiaError ELYSIA_STATE */
  async note(place: ScratchPlace, signal: AbortSignal): Promise<ScratchNote> {
    return this.#alone(signal, () => {
      const lock = lockFile(this.#path(place.id, 'lock'))
      if (lock === undefined)
        throw new ElysiaError('ELYSIA_STATE', `${place.id} is locked by another process`)
      writeAtomically(this.#path(place.id, 'json'), `${JSON.stringify(place)}\n`)
      return this.#held(place, lock)
    })
  }

  /** Takes over the notes of processes that are gone. Leaves foreign files alone. */
  async dead(signal: AbortSignal): Promise<ScratchNote[]> {
    if (statSync(this.#directory, { throwIfNoEntry: false }) === undefined) return []
    return this.#alone(signal, () => {
      const names = readdirSync(this.#directory)
      const ids = new Set(names.flatMap((name) => OURS.exec(name)?.[1] ?? []))
      return [...ids].flatMap((id) => this.#takeOver(id, names.includes(`${id}.json`)))
    })
  }

  #takeOver(id: string, isNoted: boolean): ScratchNote[] {
    const place = isNoted ? this.#read(id) : undefined
    if (isNoted && place === undefined) return []
    const lock = lockFile(this.#path(id, 'lock'))
    if (lock === undefined) return []
    if (place !== undefined) return [this.#held(place, lock)]
    // Killed before it was recorded: nothing was made.
    lock.release()
    for (const ending of ['json.new', 'lock'] as const) rmSync(this.#path(id, ending), { force: true })
    return []
  }

  #held(place: ScratchPlace, lock: FileLock): ScratchNote {
    return {
      place,
      end: (isGone) => {
        // The note first: a lock without a note belongs to nobody.
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

  /** One process at a time takes locks here, so that none is thought dead between its lock and its note. */
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
