import type { LogType } from '../cli/log.ts'
import type { Profile, ProgressState, RunEvent } from '../library.ts'
import { type CommandEnding, type ObservedEnding, type Observer, SENDING_MS } from './observer.ts'

/** What looks on at the command of this process: one process runs one command. */
let current: All | undefined

/** All that look on at one command. */
export interface Observers {
  /** Tells them how the command ended, and waits for them. */
  end(ending: CommandEnding): Promise<void>
}

/** From now on these look on; `detail` takes what they throw. What they send at the end has `sendingMs`, together. */
export function lookOn(
  observers: readonly Observer[],
  detail: (message: string) => void,
  sendingMs = SENDING_MS,
): Observers {
  current = new All(observers, detail, sendingMs)
  return current
}

/** Passes an event on to what looks on; `eventView` calls it with each event of the command. */
export function observed(event: RunEvent): void {
  current?.tell(({ onEvent }) => onEvent?.(event))
}

/** How far the run at hand is; once a second. */
export function observedProgress(state: ProgressState): void {
  current?.tell(({ onProgress }) => onProgress?.(state))
}

/** What a person is told; what is said before anything looks on is not passed on. */
export function observedSaid(type: LogType, text: string): void {
  current?.tell(({ onSaid }) => onSaid?.(type, text))
}

/** What --profile found of the job that has ended. */
export function observedProfile(profile: Profile): void {
  current?.tell(({ onProfile }) => onProfile?.(profile))
}

/** The command is about to open a store. */
export function observedTarget(target: string): void {
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
