import { AlertMessageSchema } from '../../lib/monitor/alerts/messageSchema.ts'
import { count, document, flag, list, object, one, optional, text } from './parts.ts'

const messages = count('How many messages wait.')

const alert = object('An active alert.', {
  alert: text('The name of the rule.'),
  status: one(['pending', 'firing'], 'pending: active, but not long enough to be reported.'),
  summary: text('What is wrong.'),
  kind: text('The job; empty if the alert concerns none.'),
  collection: text('The collection; empty if the alert concerns none.'),
  target: text('The store, without secrets; empty if the alert concerns none.'),
  detail: text('An archive or a directory; empty if the alert concerns neither.'),
  since: text('When the alert began. ISO 8601, UTC.'),
  episode: count('How often this alert began recently.'),
  run: optional(text('The id of the run.')),
  next: optional(text('A command that shows more or fixes the problem.')),
})

export const alertCheckDocument = document('alert-check', '`alerts check --json`.', {
  alerts: list(alert, 'The active alerts.'),
  messages: list(
    { ...AlertMessageSchema, $id: undefined, $schema: undefined },
    'The messages that this command made, as `format schema alert` describes them.',
  ),
  deliveries: list(
    object('What a sink was sent.', {
      sink: text('The name of the sink.'),
      sent: count('Messages that the sink accepted.'),
      answer: optional(text('The answer to the last of them.')),
      error: optional(text('Why the sink did not accept the next message, which is kept.')),
    }),
    'The sinks that had messages waiting.',
  ),
  undelivered: list(
    object('What waits for a sink.', {
      sink: text('The name of the sink.'),
      messages,
      error: optional(text('Why the last try failed.')),
    }),
    'Messages not accepted yet, by sink.',
  ),
})

export const alertTestDocument = document('alert-test', '`alerts test --json`.', {
  sinks: list(
    object('A sink.', {
      sink: text('The name of the sink.'),
      type: text('The type of the sink.'),
      place: optional(
        text('The address of the sink, without secrets; absent if the address cannot be read.'),
      ),
      ok: flag('True if the sink accepted the message.'),
      answer: text('The answer of the sink, or why it did not accept the message.'),
      hint: optional(text('What to do next.')),
    }),
    'The sinks, in the order of the configuration.',
  ),
})
