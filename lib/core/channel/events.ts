import { channel } from 'node:diagnostics_channel'

/** Published for each event of each run, as its listener gets it. @see SPEC.md, "Channels" */
export const RUN_EVENTS = channel('elysiactl:run:event')

const published = new WeakSet<object>()

/** Publishes an event once, even if it passes through several runs, as the events of a file in a watch do. */
export function publishEvent(event: object): void {
  if (!RUN_EVENTS.hasSubscribers || published.has(event)) return
  published.add(event)
  RUN_EVENTS.publish(event)
}
