import type { Retry } from '../async/retry.ts'
import { publishEvent } from '../core/channel/events.ts'
import type { Emit } from './context.ts'
import type { RunEvent } from './event/schema.ts'
import { hintedFailure } from './failure.ts'

/** A function that passes events on to the listener, if there is one, and to the channel. */
export function emitter(onEvent: Emit | undefined): Emit {
  return (event) => {
    publishEvent(event)
    onEvent?.(event)
  }
}

/** A call that failed and will be made again, as an event. */
export function retryEvent({ attempt, waitMs, error }: Retry): RunEvent {
  return { type: 'retry', attempt, wait_ms: waitMs, error: hintedFailure(error) }
}
