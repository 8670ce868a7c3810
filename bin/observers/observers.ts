import type { ProgressState, RunEvent } from '../library.ts'
import { alertsObserver } from './alerts.ts'
import { historyObserver } from './history.ts'
import { metricsObserver } from './metrics.ts'
import type { CommandEnding, MakeObserver, ObservedCommand, Observer } from './observer.ts'

/** All that look on, in the order in which they are told. */
const OBSERVERS: readonly MakeObserver[] = [historyObserver, alertsObserver, metricsObserver]

/** What looks on at the command of this process: one process runs one command. */
let current: All | undefined

/** All that look on at one command. */
export interface Observers {
  /** Tells them how the command ended, and waits for them. */
  end(ending: CommandEnding): Promise<void>
}

/** Begins to look on. Throws nothing. */
export async function observe(observed: ObservedCommand): Promise<Observers> {
  const { detail } = observed.console
  const made = await Promise.all(
    OBSERVERS.map((make) => make(observed).catch((error: unknown) => void detail(String(error)))),
  )
  const observers = new All(
    made.filter((one) => one !== undefined),
    detail,
  )
  current = observers
  return observers
}

/** Passes an event on to what looks on; `eventView` calls it with each event of the command. */
export function observed(event: RunEvent): void {
  current?.tell(({ onEvent }) => onEvent?.(event))
}

/** How far the run at hand is; once a second. */
export function observedProgress(state: ProgressState): void {
  current?.tell(({ onProgress }) => onProgress?.(state))
}

/** The command is about to open a store. */
export function observedTarget(target: string): void {
  current?.tell(({ onTarget }) => onTarget?.(target))
}

class All implements Observers {
  readonly #observers: readonly Observer[]
  readonly #detail: (message: string) => void

  constructor(observers: readonly Observer[], detail: (message: string) => void) {
    this.#observers = observers
    this.#detail = detail
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
    for (const observer of this.#observers) {
      try {
        await observer.end?.(ending)
      } catch (error) {
        this.#detail(String(error))
      }
    }
  }
}
