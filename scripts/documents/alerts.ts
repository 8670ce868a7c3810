import { AlertMessageSchema } from '../../lib/monitor/alerts/messageSchema.ts'
import { count, document, flag, list, object, one, optional, text } from './parts.ts'

const messages = count('How many.')

const alert = object('An alert that holds.', {
  alert: text('The name of its rule.'),
  status: one(['pending', 'firing'], 'pending: it holds, but not for long enough to be told.'),
  summary: text('What is wrong.'),
  kind: text('The job; empty where it is of none.'),
  collection: text('The collection; empty where it is of none.'),
  target: text('The store, without secrets; empty where it is of none.'),
  detail: text('An archive, or a directory; empty where it is of neither.'),
  since: text('Since when it holds, in ISO 8601 and UTC.'),
  episode: count('How often it has begun of late.'),
  run: optional(text('The run.')),
  next: optional(text('The command that tells more, or helps.')),
})

export const alertCheckDocument = document('alert-check', '`alerts check --json`.', {
  alerts: list(alert, 'Those that hold.'),
  messages: list(
    { ...AlertMessageSchema, $id: undefined, $schema: undefined },
    'Those that this command made: `format schema alert`.',
  ),
  deliveries: list(
    object('What a sink was sent.', {
      sink: text('Its name.'),
      sent: count('Messages that it took.'),
      answer: optional(text('What it answered to the last of them.')),
      error: optional(text('Why it did not take the next one, which is kept.')),
    }),
    'Sinks for which something waited.',
  ),
  undelivered: list(
    object('What waits for a sink.', {
      sink: text('Its name.'),
      messages,
      error: optional(text('Why the last try failed.')),
    }),
    'Messages that no sink has taken yet.',
  ),
})

export const alertTestDocument = document('alert-test', '`alerts test --json`.', {
  sinks: list(
    object('A sink.', {
      sink: text('Its name.'),
      type: text('Its type.'),
      place: optional(text('Where it leads, without secrets; absent where its address is not there.')),
      ok: flag('It took the message.'),
      answer: text('What it answered, or why it did not take it.'),
      hint: optional(text('What to do.')),
    }),
    'In the order of the configuration.',
  ),
})
