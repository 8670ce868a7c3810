import { EventEmitter, once } from 'node:events'
import { stat } from 'node:fs/promises'
import { basename, matchesGlob } from 'node:path'
import type { FSWatcher } from 'chokidar'
import { ElysiaError, messageOf } from '../../errors.ts'
import { type FileIdentity, sameFile } from './log.ts'

/** Which files count, and when. */
export interface ArrivalOptions {
  readonly pattern: string
  readonly settleMs: number
}

interface Seen {
  identity: FileIdentity
  settled: boolean
  timer: NodeJS.Timeout | undefined
}

/**
 * The files of a directory that match a pattern, those that lie there already and those that come, each
 * when it has settled: its size and time have not changed for `settleMs`, or its time is that long ago when it
 * is seen, as with a file renamed into place. In order of name (by UTF-16 code unit): a file waits
 * for those before it that have been seen and have not settled. A file that changes afterwards comes again.
 * Directories, sockets and devices do not count, nor does what lies in subdirectories.
 * Holds the names that wait.
 */
export class Arrivals {
  readonly #options: ArrivalOptions
  readonly #waiting = new Map<string, Seen>()
  readonly #changed = new EventEmitter()
  readonly #watcher: FSWatcher
  #looking = 0
  #ready = false
  #failure: ElysiaError | undefined

  private constructor(watcher: FSWatcher, directory: string, options: ArrivalOptions) {
    this.#watcher = watcher
    this.#options = options
    watcher.on('add', (path) => this.#look(path))
    watcher.on('change', (path) => this.#look(path))
    watcher.on('unlink', (path) => this.#drop(path))
    watcher.on('unlinkDir', (path) => {
      if (path === directory)
        this.#fail(new ElysiaError('ELYSIA_INPUT', `the directory ${directory} is gone`))
    })
    watcher.on('error', (error) => this.#fail(unwatchable(directory, error)))
    watcher.on('ready', () => {
      this.#ready = true
      this.#changed.emit('change')
    })
  }

  /** Begins to watch a directory, given by its real path. */
  static async open(directory: string, options: ArrivalOptions): Promise<Arrivals> {
    const { watch } = await import('chokidar')
    return new Arrivals(watch(directory, { depth: 0, alwaysStat: false }), directory, options)
  }

  /**
   * The next file, or undefined once `stop` has aborted.
   * @throws ElysiaError ELYSIA_INPUT where the directory cannot be watched any longer
   */
  async next(stop: AbortSignal): Promise<FileIdentity | undefined> {
    while (!stop.aborted) {
      if (this.#failure !== undefined) throw this.#failure
      const file = this.#take()
      if (file !== undefined) return file
      await once(this.#changed, 'change', { signal: stop }).catch((error: unknown) => {
        if (!stop.aborted) throw error
      })
    }
    return undefined
  }

  async close(): Promise<void> {
    for (const { timer } of this.#waiting.values()) clearTimeout(timer)
    this.#waiting.clear()
    await this.#watcher.close()
  }

  #take(): FileIdentity | undefined {
    if (!this.#ready || this.#looking > 0) return undefined
    let first: string | undefined
    for (const path of this.#waiting.keys()) if (first === undefined || path < first) first = path
    const seen = first === undefined ? undefined : this.#waiting.get(first)
    if (seen?.settled !== true) return undefined
    this.#waiting.delete(seen.identity.path)
    return seen.identity
  }

  #look(path: string): void {
    if (!matchesGlob(basename(path), this.#options.pattern)) return
    this.#looking += 1
    identify(path)
      .then((identity) => (identity === undefined ? this.#drop(path) : this.#see(identity)))
      .catch((error: unknown) => this.#fail(unwatchable(path, error)))
      .finally(() => {
        this.#looking -= 1
        this.#changed.emit('change')
      })
  }

  #see(identity: FileIdentity): void {
    const before = this.#waiting.get(identity.path)
    clearTimeout(before?.timer)
    const { settleMs } = this.#options
    const ageMs = Date.now() - identity.mtimeMs
    const unchanged = before?.timer !== undefined && sameFile(before.identity, identity)
    const settled = ageMs >= settleMs || (unchanged && ageMs < 0)
    // A time in the future says nothing of the file's age: it has to stay as it is for the whole time.
    const leftMs = ageMs < 0 ? settleMs : Math.max(1, Math.ceil(settleMs - ageMs))
    const timer = settled ? undefined : setTimeout(() => this.#look(identity.path), leftMs)
    this.#waiting.set(identity.path, { identity, settled, timer })
  }

  #drop(path: string): void {
    clearTimeout(this.#waiting.get(path)?.timer)
    if (this.#waiting.delete(path)) this.#changed.emit('change')
  }

  #fail(error: ElysiaError): void {
    this.#failure ??= error
    this.#changed.emit('change')
  }
}

/** A file as it is now; undefined where there is none, or something else. */
export async function identify(path: string): Promise<FileIdentity | undefined> {
  try {
    const stats = await stat(path)
    return stats.isFile() ? { path, size: stats.size, mtimeMs: stats.mtimeMs, ino: stats.ino } : undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined
    throw error
  }
}

function unwatchable(path: string, cause: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_INPUT', `${path} cannot be watched: ${messageOf(cause)}`, {
    cause,
    hint: 'see that the directory may be read; where the system runs out of watches, raise its limit',
  })
}
