import type { LogType } from '../cli/log.ts'
import type { Profile, ProgressState, RunEvent } from '../library.ts'
import { type CommandEnding, type ObservedEnding, type Observer, SENDING_MS } from './observer.ts'

/** The observers of this process's command: one process runs one command. */
let current: All | undefined

/** All observers of one command. */
export interface Observers {
  /** Tells them how the command ended, and waits for them. */
  end(ending: CommandEnding): Promise<void>
}

/** Sets the current observers; `detail` receives their errors. At the end they share `sendingMs` for sending. */
export function setObservers(
  observers: readonly Observer[],
  detail: (message: string) => void,
  sendingMs = SENDING_MS,
): Observers {
  current = new All(observers, detail, sendingMs)
  return current
}

/** Passes an event to the observers; `eventView` calls it with each event of the command. */
export function observeEvent(event: RunEvent): void {
  current?.tell(({ onEvent }) => onEvent?.(event))
}

/** Passes on the progress of the current run; once a second. */
export function observeProgress(state: ProgressState): void {
  current?.tell(({ onProgress }) => onProgress?.(state))
}

/** Passes on a message to the user; earlier messages are not passed on. */
export function observeMessage(type: LogType, text: string): void {
  current?.tell(({ onSaid }) => onSaid?.(type, text))
}

/** Passes on the findings of --profile after a job. */
export function observeProfile(profile: Profile): void {
  current?.tell(({ onProfile }) => onProfile?.(profile))
}

/** Passes on that the command is about to open a store. */
export function observeTarget(target: string): void {
  current?.tell(({ onTarget }) => onTarget?.(target))
}

class All implements Observers {
  readonly #observers: readonly Observer[]
  readonly #detail: (message: string) => void
  readonly #sendingMs: number

  constructor(observers: readonly Observer[], detail: (message: string) => void, sendingMs: number) {
    this.#observers = observers
    this.#detail = detail
    this.#sendingMs = sendingMs
  }

  tell(call: (observer: Observer) => void): void {
    for (const observer of this.#observers) {
      try {
        call(observer)
      } catch (error) {
        this.#detail(String(error))
      }
    }
  }

  async end(ending: CommandEnding): Promise<void> {
    current = undefined
    const deadline = performance.now() + this.#sendingMs
    let before: Promise<unknown> = Promise.resolve()
    for (const observer of this.#observers) {
      const ended = this.#end(observer, { ...ending, deadline, before })
      before = Promise.all([before, ended])
    }
    await before
  }

  async #end(observer: Observer, ending: ObservedEnding): Promise<void> {
    try {
      await observer.end?.(ending)
    } catch (error) {
      this.#detail(String(error))
    }
  }
}
