import Type, { type Static } from '../../core/typebox.ts'

const text = (description: string) => Type.String({ description })
const time = (description: string) => Type.String({ description: `${description} ISO 8601, UTC.` })
const optional = Type.Optional

/** A message as the webhook, the command and the file receive it. */
export const AlertMessageSchema = Type.Object(
  {
    message_type: Type.Literal('alert'),
    id: text('The id of this message: if a message arrives twice, both have the same id.'),
    status: Type.Enum(['firing', 'repeated', 'resolved', 'lapsed', 'report', 'test'], {
      description:
        'firing: the alert begins; repeated: it continues; resolved: it is over; lapsed: it is no longer reported, but not known to be over; report: sent by `report --send`; test: a test.',
    }),
    alert: text('The name of the rule.'),
    severity: Type.Enum(['fault', 'warning'], { description: 'How serious the alert is.' }),
    summary: text('A sentence that says what is wrong, or was.'),
    kind: text('The job; empty if the alert concerns none.'),
    collection: text('The collection; empty if the alert concerns none.'),
    target: text('The store, without secrets; empty if the alert concerns none.'),
    detail: text('An archive or a directory; empty if the alert concerns neither.'),
    episode: Type.Integer({ minimum: 0, description: 'How often this alert began recently.' }),
    since: time('When the alert began.'),
    at: time('When this message was made.'),
    ends_at: time('When the alert may be considered over if no further message arrives.'),
    run: optional(text('The id of the run.')),
    error: optional(
      Type.Object({
        code: text('The code of the error.'),
        message: text('What happened.'),
        hint: optional(text('What to do next.')),
      }),
    ),
    lines: optional(
      Type.Array(Type.String(), {
        description: 'Only for a report: what needs attention, and what was done.',
      }),
    ),
    next: optional(text('A command that shows more or fixes the problem.')),
    note: optional(text('A remark, such as that the end of the alert will be reported later.')),
    host: text('The machine.'),
    version: text('The version of elysiactl.'),
  },
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:elysiactl:schema:alert:1',
    title: 'elysiactl alert',
    description: 'An alert message. New versions may add fields.',
  },
)

/** A message sent to a sink. */
export type AlertMessage = Static<typeof AlertMessageSchema>
