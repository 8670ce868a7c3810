import Type from '../../core/typebox.ts'

/** Schemas of fields with their descriptions: a text; a count from 0; a number from 0; a moment, as ISO text. */
export const text = (description: string) => Type.String({ description })
export const count = (description: string) => Type.Integer({ minimum: 0, description })
export const amount = (description: string) => Type.Number({ minimum: 0, description })
export const time = (description: string) => Type.String({ description: `${description} ISO 8601, UTC.` })

/** How far a run has come; recorded once a second at most. */
export const ProgressNote = Type.Object({
  at: time('When the progress was recorded.'),
  phase: Type.Optional(text('The current phase: `writing`, `reading back` …')),
  unit: text('What is counted: records, objects, parts, archives.'),
  done: count('How many are settled.'),
  total: Type.Optional(count('How many there are in all, if known.')),
  rate_per_second: Type.Optional(amount('Records or objects per second, over the last seconds.')),
  bytes_per_second: Type.Optional(amount('Bytes in and out per second, over the last seconds.')),
  eta_seconds: Type.Optional(amount('Seconds until the end at this rate; only if the total is known.')),
  retries: count('Calls that were repeated so far.'),
  rejected: count('Records or objects refused so far.'),
  rss_bytes: count('Memory of the process in bytes.'),
  waits_for: Type.Optional(
    text('What the run waits for, if nothing was acknowledged for a while: a host, standard input …'),
  ),
})
