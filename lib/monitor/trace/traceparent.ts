import { REQUEST_STARTED, type ServerRequest } from '../../core/channel/requests.ts'

/** Where an OpenTelemetry provider registers itself, in any version 1 of its interface. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1')
/** As W3C Trace Context says. */
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/

/** True if the user's program registered an OpenTelemetry provider before this one began. */
export function hasProvider(): boolean {
  return (globalThis as Record<symbol, unknown>)[REGISTERED] !== undefined
}

/**
 * Sends the trace context of the environment with each request, if nobody makes spans. Returns a function that ends it;
 * undefined if there is no well-formed context.
 */
export function passOnTraceparent(
  env: Readonly<Record<string, string | undefined>>,
): (() => void) | undefined {
  const { TRACEPARENT: traceparent = '', TRACESTATE: tracestate } = env
  if (!TRACEPARENT.test(traceparent)) return undefined
  const add = (message: unknown) => {
    const { headers } = message as ServerRequest
    headers.traceparent = traceparent
    if (tracestate !== undefined && /^[\x20-\x7e]{1,512}$/.test(tracestate)) headers.tracestate = tracestate
  }
  REQUEST_STARTED.subscribe(add)
  return () => REQUEST_STARTED.unsubscribe(add)
}
