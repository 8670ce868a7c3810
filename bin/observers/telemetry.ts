import { hasProvider, passOnTraceparent, telemetryJob } from '../library.ts'
import type { ObservedCommand, Observer } from './observer.ts'

/** Spans for whoever has registered a provider of OpenTelemetry; without one TRACEPARENT goes on with each request. */
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
