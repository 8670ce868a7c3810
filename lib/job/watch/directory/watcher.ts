import { isUtf8 } from 'node:buffer'
import { EventEmitter, once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { basename } from 'node:path'
import type { FSWatcher } from 'chokidar'
import { ElysiaError, messageOf } from '../../../core/errors.ts'
import { type Folder, systemMessage } from '../folder.ts'
import {
  type FileIdentity,
  inspectPath,
  inspectPathSync,
  isFile,
  type OtherKind,
  type PathState,
} from '../identity.ts'
import { WaitingFiles } from './waiting.ts'

/** Which files count, and when; and callbacks for everything that is not a file. */
export interface ArrivalOptions {
  readonly matches: (name: string) => boolean
  readonly settleMs: number
  readonly followLinks: boolean
  /** A path was seen to be gone; `now` is what is there now. */
  onGone(path: string, now: PathState): void
  /** Called for something that has a matching name but is not a file, or cannot be examined; once while it exists. */
  onOther(path: string, what: OtherKind | Error): void
  /** Called once for a file whose name is not UTF-8, with � in the text. */
  onUnnamed(path: string): void
}

/** Errors that end the watch of the complete directory. */
const FATAL = new Set(['ENOSPC', 'EMFILE', 'ENFILE', 'ENOMEM'])

/** The character that Node puts in place of bytes that are not UTF-8. */
const REPLACEMENT = '\u{fffd}'

/**
 * The files of a directory that match a pattern, existing and new ones, each once it has settled: its size and time
 * have not changed for `settleMs`, or its time is already that old when it is first seen, as with a file renamed into
 * place. In order of name (by UTF-16 code unit): a file waits for earlier names that were seen but have not settled. A
 * file that changes afterwards comes again. Directories and their content do not count; links only if they are
 * followed. Memory: the waiting names.
 */
export class DirectoryWatcher {
  readonly #folder: Folder
  readonly #options: ArrivalOptions
  readonly #waiting: WaitingFiles
  /** Paths that were reported as no files, so that each is reported once. */
  readonly #others = new Map<string, string>()
  readonly #again = new Map<string, NodeJS.Timeout>()
  readonly #changed = new EventEmitter()
  readonly #watcher: FSWatcher
  #looking = 0
  #ready = false
  #failure: unknown

  private constructor(watcher: FSWatcher, folder: Folder, options: ArrivalOptions) {
    this.#watcher = watcher
    this.#folder = folder
    this.#options = options
    this.#waiting = new WaitingFiles(options.settleMs, (path) => this.#look(path))
    watcher.on('add', (path) => this.#look(path))
    watcher.on('change', (path) => this.#look(path))
    watcher.on('unlink', (path) => this.#lose(path))
    watcher.on('unlinkDir', (path) => {
      if (path === folder.path)
        this.#fail(new ElysiaError('ELYSIA_INPUT', `the directory ${folder.path} is gone`))
    })
    watcher.on('error', (error) => void this.#trouble(error))
    watcher.on('raw', (_event, name) => {
      if (String(name).includes(REPLACEMENT)) void this.#lookForUnnamed()
    })
    watcher.on('ready', () => {
      this.#ready = true
      void this.#lookForUnnamed()
      this.#changed.emit('change')
    })
  }

  /** Begins to watch a directory, given by its real path. */
  static async open(folder: Folder, options: ArrivalOptions): Promise<DirectoryWatcher> {
    const { watch } = await import('chokidar')
    const { followLinks } = options
    const watcher = watch(folder.path, { depth: 0, atomic: false, followSymlinks: followLinks })
    return new DirectoryWatcher(watcher, folder, options)
  }

  /**
   * The next file, or undefined once `stop` has aborted.
   * @throws ElysiaError ELYSIA_INPUT if the directory cannot be watched any longer
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

  /** The next file if it can be taken now; undefined if the next one has not settled, or there is none. */
  nextNow(): FileIdentity | undefined {
    return this.#failure === undefined ? this.#take() : undefined
  }

  /** Accepts a file again that was not taken after all, unless there is news of it. */
  putBack(identity: FileIdentity): void {
    if (this.#waiting.putBack(identity)) this.#changed.emit('change')
  }

  /** Checks a path again after a while: its change may cause no event. */
  lookLater(path: string, afterMs: number): void {
    clearTimeout(this.#again.get(path))
    const look = () => {
      this.#again.delete(path)
      this.#look(path)
    }
    this.#again.set(path, setTimeout(look, afterMs))
  }

  async close(): Promise<void> {
    for (const timer of this.#again.values()) clearTimeout(timer)
    this.#waiting.clear()
    await this.#watcher.close()
    while (this.#looking > 0) await once(this.#changed, 'change')
  }

  #take(): FileIdentity | undefined {
    return this.#ready && this.#looking === 0 ? this.#waiting.takeFirst() : undefined
  }

  #look(path: string): void {
    if (!this.#options.matches(basename(path))) return
    void this.#during(async () => {
      try {
        const inspected = await inspectPath(path, this.#options.followLinks, this.#folder.at(basename(path)))
        if (isFile(inspected)) this.#see(inspected)
        else {
          this.#drop(path)
          if (inspected.kind !== 'none' && inspected.kind !== 'directory') this.#notify(path, inspected.kind)
        }
      } catch (error) {
        this.#drop(path)
        await this.#trouble(error, path)
      }
    })
  }

  /** While something is being checked, nothing is taken: the first name might come last. */
  async #during(work: () => Promise<void>): Promise<void> {
    this.#looking += 1
    try {
      await work()
    } finally {
      this.#looking -= 1
      this.#changed.emit('change')
    }
  }

  #see(identity: FileIdentity): void {
    this.#others.delete(identity.path)
    this.#waiting.see(identity)
  }

  #lose(path: string): void {
    try {
      this.#options.onGone(
        path,
        inspectPathSync(path, this.#options.followLinks, this.#folder.at(basename(path))),
      )
    } catch (error) {
      this.#fail(error)
    }
    this.#others.delete(path)
    clearTimeout(this.#again.get(path))
    this.#again.delete(path)
    this.#drop(path)
    // A new file with the same name may have been taken for the one that is gone.
    this.#look(path)
  }

  #drop(path: string): void {
    if (this.#waiting.drop(path)) this.#changed.emit('change')
  }

  #notify(path: string, what: OtherKind | Error): void {
    const kind = what instanceof Error ? systemMessage(what) : what
    if (this.#others.get(path) === kind) return
    this.#others.set(path, kind)
    this.#options.onOther(path, what)
  }

  /** Skips an entry at fault; an error of the complete directory ends the watch. */
  async #trouble(error: unknown, path?: string): Promise<void> {
    const { code } = error as NodeJS.ErrnoException
    const lost = await readdir(this.#folder.path).then(
      () => undefined,
      (cause: unknown) => cause,
    )
    const cause = lost ?? (code !== undefined && FATAL.has(code) ? error : undefined)
    if (cause !== undefined) this.#fail(unwatchable(this.#folder.path, cause))
    else if (path !== undefined) this.#notify(path, error as Error)
  }

  async #lookForUnnamed(): Promise<void> {
    await this.#during(async () => {
      const names = await readdir(this.#folder.path, { encoding: 'buffer' }).catch(() => [])
      for (const name of names) {
        const text = name.toString()
        if (isUtf8(name) || !this.#options.matches(text)) continue
        const key = `${this.#folder.path}\0${name.toString('latin1')}`
        if (this.#others.has(key)) continue
        this.#others.set(key, 'name')
        this.#options.onUnnamed(this.#folder.pathOf(text))
      }
    })
  }

  #fail(error: unknown): void {
    this.#failure ??= error
    this.#changed.emit('change')
  }
}

function unwatchable(path: string, cause: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_INPUT', `${path} cannot be watched: ${messageOf(cause)}`, {
    cause,
    hint: 'make sure that the directory can be read; if the system runs out of watches, raise its limit',
  })
}
