import Type, { type Static } from '../../core/typebox.ts'
import { count, flag, text } from '../../run/event/fields.ts'

const amount = (description: string) => Type.Number({ minimum: 0, description })
const time = (description: string) => Type.String({ description: `${description} ISO 8601, UTC.` })

/** The progress of a run at one moment. Unknown values are absent. */
const STATE = {
  run: Type.Optional(text('The id of the run.')),
  kind: Type.Optional(text('The job: ingest, backup, restore …')),
  phase: Type.Optional(
    text('The current phase: `writing`, `reading back` …; counts start again with each phase.'),
  ),
  unit: text('What is counted: records, objects, parts, archives.'),
  done: count('How many are settled, including those of an earlier try.'),
  ahead: Type.Optional(count('How many are in progress, but not settled yet.')),
  total: Type.Optional(count('How many there are in all, if known.')),
  share: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 1,
      description: 'The settled share of `total`, or of the bytes of the input.',
    }),
  ),
  rate_per_second: Type.Optional(
    amount('How many were settled per second over the last seconds, without those of an earlier try.'),
  ),
  bytes_in: count('Bytes that this try read from the input, archives and servers.'),
  bytes_out: count('Bytes that this try wrote to archives and servers.'),
  bytes_in_per_second: Type.Optional(amount('Bytes per second, over the last seconds.')),
  bytes_out_per_second: Type.Optional(amount('Bytes per second, over the last seconds.')),
  eta_seconds: Type.Optional(
    amount('Seconds until the end of the phase at this rate; only if the total is known.'),
  ),
  retries: count('Calls that were repeated so far.'),
  rejected: count('Records or objects that were refused so far.'),
  seconds: amount('Seconds since the run began.'),
  rss_bytes: count('Memory of the process in bytes.'),
  waits_for: Type.Optional(text('What the run waits for, if nothing was acknowledged for long.')),
}

/** What `--progress json` writes to stderr: one JSON document a line, of these types. */
export const ProgressLineSchema = Type.Union(
  [
    Type.Object(
      { message_type: Type.Literal('progress'), at: time('When the progress was recorded.'), ...STATE },
      { description: 'The progress of a run; once a second at most.' },
    ),
    Type.Object(
      {
        message_type: Type.Literal('event'),
        at: time('When it happened.'),
        event: Type.Object(
          { type: text('The type of the event.') },
          { additionalProperties: true, description: 'An event, as `format schema event` describes it.' },
        ),
      },
      { description: 'Something happened. Events that only change the counts of the progress have no line.' },
    ),
    Type.Object(
      {
        message_type: Type.Literal('message'),
        at: time('When the message was written.'),
        level: Type.Unsafe<'info' | 'warn' | 'debug'>({
          enum: ['info', 'warn', 'debug'],
          description: 'How much it matters; `debug` only with --verbose.',
        }),
        text: text('The text that a person reads without `--progress json`; it may have several lines.'),
      },
      { description: 'A note or a warning.' },
    ),
    Type.Object(
      {
        message_type: Type.Literal('profile'),
        at: time('When the profile was made.'),
        profile: Type.Object(
          {},
          {
            additionalProperties: true,
            description: 'The profile, as `format schema profile` describes it.',
          },
        ),
      },
      { description: 'What --profile found.' },
    ),
    Type.Object(
      {
        message_type: Type.Literal('error'),
        at: time('When the message was written.'),
        code: text('A code of the list in SPEC.md, "Errors".'),
        message: text('What happened, and to what.'),
        hint: Type.Optional(text('The next step.')),
      },
      { additionalProperties: true, description: 'The error that ended the command.' },
    ),
    Type.Object(
      {
        message_type: Type.Literal('summary'),
        at: time('When the run ended.'),
        ...STATE,
        status: Type.Optional(
          Type.Unsafe<'done' | 'interrupted' | 'failed'>({
            enum: ['done', 'interrupted', 'failed'],
            description: 'How the run ended; absent if the command ended before the run.',
          }),
        ),
        complete: flag('True if the run was completed.'),
      },
      { description: 'The last line of a run: how far it came.' },
    ),
  ],
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:elysiactl:schema:progress:1',
    title: 'elysiactl progress line',
    description:
      'One line of `--progress json` on stderr. `message_type` says which. New versions may add types and fields.',
  },
)

/** One line of `--progress json`. */
export type ProgressLine = Static<typeof ProgressLineSchema>

/** The progress of a run at one moment, as a progress line reports it. */
export type ProgressState = Omit<Extract<ProgressLine, { message_type: 'progress' }>, 'message_type' | 'at'>
