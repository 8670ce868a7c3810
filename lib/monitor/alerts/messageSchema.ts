import Type, { type Static } from '../../core/typebox.ts'

const text = (description: string) => Type.String({ description })
const time = (description: string) => Type.String({ description: `${description} ISO 8601, UTC.` })
const optional = Type.Optional

/** A message as the webhook, the command and the file receive it. */
export const AlertMessageSchema = Type.Object(
  {
    message_type: Type.Literal('alert'),
    id: text('The id of this message: one that comes twice has the same.'),
    status: Type.Enum(['firing', 'repeated', 'resolved', 'lapsed', 'report', 'test'], {
      description:
        'It begins; it still holds; it is well again; what it speaks of is too long ago to be told again; what `report --send` says; a test.',
    }),
    alert: text('The name of the rule.'),
    severity: Type.Enum(['fault', 'warning'], { description: 'How grave it is.' }),
    summary: text('A sentence: what is wrong, or was.'),
    kind: text('The job; empty where it is of none.'),
    collection: text('The collection; empty where it is of none.'),
    target: text('The store, without secrets; empty where it is of none.'),
    detail: text('An archive, or a directory; empty where it is of neither.'),
    episode: Type.Integer({ minimum: 0, description: 'How often this alert has begun of late.' }),
    since: time('Since when it holds.'),
    at: time('When this message was made.'),
    ends_at: time('When it may be taken for over if nothing more is heard.'),
    run: optional(text('The id of the run.')),
    error: optional(
      Type.Object({
        code: text('Its code.'),
        message: text('What happened.'),
        hint: optional(text('What to do.')),
      }),
    ),
    lines: optional(
      Type.Array(Type.String(), { description: 'Of a report: what needs a hand, and what was done.' }),
    ),
    next: optional(text('The command that tells more, or helps.')),
    note: optional(text('What else there is to know: that the end of an alert will be held back.')),
    host: text('The machine.'),
    version: text('The version of elysiactl.'),
  },
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:elysiactl:schema:alert:1',
    title: 'elysiactl alert',
    description: 'A message of an alert. Fields may be added.',
  },
)

/** A message sent to a sink. */
export type AlertMessage = Static<typeof AlertMessageSchema>
