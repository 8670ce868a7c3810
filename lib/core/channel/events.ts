import { channel } from 'node:diagnostics_channel'

/** Published with each event of each run, as its listener has it. @see SPEC.md, "Channels" */
export const RUN_EVENTS = channel('elysiactl:run:event')

const published = new WeakSet<object>()

/** Publishes an event; once, though it passes through several runs, as that of a file in a watch does. */
export function publishEvent(event: object): void {
  if (!RUN_EVENTS.hasSubscribers || published.has(event)) return
  published.add(event)
  RUN_EVENTS.publish(event)
}
