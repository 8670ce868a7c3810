import { alertsObserver } from './alerts.ts'
import { lookOn, type Observers } from './current.ts'
import { historyObserver } from './history.ts'
import { metricsObserver } from './metrics.ts'
import type { MakeObserver, ObservedCommand } from './observer.ts'
import { telemetryObserver } from './telemetry.ts'

/** All that look on, in the order in which they are told. */
const OBSERVERS: readonly MakeObserver[] = [
  historyObserver,
  alertsObserver,
  metricsObserver,
  telemetryObserver,
]

/** Begins to look on. Throws nothing. */
export async function observe(observed: ObservedCommand): Promise<Observers> {
  const { detail } = observed.console
  const made = await Promise.all(
    OBSERVERS.map((make) => make(observed).catch((error: unknown) => void detail(String(error)))),
  )
  return lookOn(
    made.filter((one) => one !== undefined),
    detail,
  )
}
