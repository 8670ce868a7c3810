import Type, { type Static } from '../../core/typebox.ts'
import { count, flag, text } from '../../run/event/fields.ts'

const amount = (description: string) => Type.Number({ minimum: 0, description })
const time = (description: string) => Type.String({ description: `${description} ISO 8601, UTC.` })

/** The progress of a run at one moment. Unknown values are absent. */
const STATE = {
  run: Type.Optional(text('The id of the run.')),
  kind: Type.Optional(text('The job: ingest, backup, restore …')),
  phase: Type.Optional(text('What it does now: `writing`, `reading back` …; each phase is counted anew.')),
  unit: text('What is counted: records, objects, parts, archives.'),
  done: count('How many are settled, those of an earlier try included.'),
  ahead: Type.Optional(count('How many are at work, and not settled yet.')),
  total: Type.Optional(count('How many there are, where that is known.')),
  share: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 1,
      description: 'The share that is settled: of `total`, or of the bytes of the input.',
    }),
  ),
  rate_per_second: Type.Optional(
    amount('How many a second, over the last seconds, without those of an earlier try.'),
  ),
  bytes_in: count('Bytes that this try read: of the input, of archives, of servers.'),
  bytes_out: count('Bytes that it wrote: into archives, to servers.'),
  bytes_in_per_second: Type.Optional(amount('Over the last seconds.')),
  bytes_out_per_second: Type.Optional(amount('Over the last seconds.')),
  eta_seconds: Type.Optional(
    amount('Until the end of the phase at this rate; only where the total is known.'),
  ),
  retries: count('Calls that were repeated so far.'),
  rejected: count('Records or objects that were refused so far.'),
  seconds: amount('Since the run began.'),
  rss_bytes: count('Memory of the process.'),
  waits_for: Type.Optional(text('Whom it waits for, where nothing was acknowledged for long.')),
}

/** What `--progress json` writes to stderr: one JSON document a line, of these types. */
export const ProgressLineSchema = Type.Union(
  [
    Type.Object(
      { message_type: Type.Literal('progress'), at: time('When it was noted.'), ...STATE },
      { description: 'How far a run is; once a second at most.' },
    ),
    Type.Object(
      {
        message_type: Type.Literal('event'),
        at: time('When it happened.'),
        event: Type.Object(
          { type: text('Its type.') },
          { additionalProperties: true, description: 'An event, as `format schema event` says.' },
        ),
      },
      { description: 'Something happened; what progress counts is no line of its own.' },
    ),
    Type.Object(
      {
        message_type: Type.Literal('message'),
        at: time('When it was said.'),
        level: Type.Unsafe<'info' | 'warn' | 'debug'>({
          enum: ['info', 'warn', 'debug'],
          description: 'How much it matters; `debug` only with --verbose.',
        }),
        text: text('What a person reads without `--progress json`; lines are parted by newlines.'),
      },
      { description: 'A note or a warning.' },
    ),
    Type.Object(
      {
        message_type: Type.Literal('profile'),
        at: time('When it was made.'),
        profile: Type.Object(
          {},
          { additionalProperties: true, description: 'As `format schema profile` says.' },
        ),
      },
      { description: 'What --profile found.' },
    ),
    Type.Object(
      {
        message_type: Type.Literal('error'),
        at: time('When it was said.'),
        code: text('A code of the list in SPEC.md, "Errors".'),
        message: text('What happened, to what.'),
        hint: Type.Optional(text('The next step.')),
      },
      { additionalProperties: true, description: 'What ended the command.' },
    ),
    Type.Object(
      {
        message_type: Type.Literal('summary'),
        at: time('When it ended.'),
        ...STATE,
        status: Type.Optional(
          Type.Unsafe<'done' | 'interrupted' | 'failed'>({
            enum: ['done', 'interrupted', 'failed'],
            description: 'How the run ended; absent where the command ended before it.',
          }),
        ),
        complete: flag('The run came to its end.'),
      },
      { description: 'How far a run came: the last line of it.' },
    ),
  ],
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:elysiactl:schema:progress:1',
    title: 'elysiactl progress line',
    description:
      'One line of `--progress json` on stderr. `message_type` says which; types and fields may be added.',
  },
)

/** One line of `--progress json`. */
export type ProgressLine = Static<typeof ProgressLineSchema>

/** The progress of a run at one moment, as a progress line reports it. */
export type ProgressState = Omit<Extract<ProgressLine, { message_type: 'progress' }>, 'message_type' | 'at'>
