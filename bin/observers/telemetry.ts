import { hasProvider, passOnTraceparent, telemetryJob } from '../library.ts'
import type { ObservedCommand, Observer } from './observer.ts'

/** Makes spans if the user registered an OpenTelemetry provider; otherwise passes on TRACEPARENT with each request. */
export async function telemetryObserver({ command }: ObservedCommand): Promise<Observer | undefined> {
  if (command.records === undefined) return undefined
  if (!hasProvider()) {
    const end = passOnTraceparent(process.env)
    return end && { end }
  }
  const { startTelemetry } = await telemetryJob()
  const telemetry = startTelemetry(process.env)
  return { onEvent: (event) => telemetry.take(event), end: () => telemetry.end() }
}
