import { alertsObserver } from './alerts.ts'
import { type Observers, setObservers } from './current.ts'
import { historyObserver } from './history.ts'
import { metricsObserver } from './metrics.ts'
import type { MakeObserver, ObservedCommand } from './observer.ts'
import { telemetryObserver } from './telemetry.ts'

/** All observers, in the order in which they are called. */
const OBSERVERS: readonly MakeObserver[] = [
  historyObserver,
  alertsObserver,
  metricsObserver,
  telemetryObserver,
]

/** Makes the observers of a command. Never throws. */
export async function makeObservers(observed: ObservedCommand): Promise<Observers> {
  const { detail } = observed.console
  const made = await Promise.all(
    OBSERVERS.map((make) => make(observed).catch((error: unknown) => void detail(String(error)))),
  )
  return setObservers(
    made.filter((one) => one !== undefined),
    detail,
  )
}
