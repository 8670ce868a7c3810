import type { Static } from '../../../core/typebox.ts'
import Type from '../../../core/typebox.ts'
import { choice } from '../../../run/event/fields.ts'
import { LOG_LEVELS } from './levels.ts'

/** The log of one try at a run, as documents contain it. */
export const RunLogSchema = Type.Object({
  attempt: Type.Integer({ minimum: 1, description: 'The number of the process, as in `tries`.' }),
  lines: Type.Array(
    Type.Object({
      at: Type.String({ description: 'When the line was written. ISO 8601, UTC.' }),
      level: choice(
        LOG_LEVELS,
        'The kind of line: an event in short, or a note, warning or error shown to the user.',
      ),
      text: Type.String({ description: 'The text, without secrets; 600 characters at most.' }),
      times: Type.Optional(
        Type.Integer({
          minimum: 2,
          description: 'How often it was written in a row, if more than once: `at` is the last time.',
        }),
      ),
      since: Type.Optional(
        Type.String({ description: 'When it was written first, if more than once. ISO 8601, UTC.' }),
      ),
    }),
    {
      description:
        'The first 50 lines and the last 150; if lines between them are missing, a line says how many.',
    },
  ),
})

/** The log lines of one try at a run. */
export type AttemptLog = Static<typeof RunLogSchema>

/** One line of a run's log. */
export type LogLine = AttemptLog['lines'][number]
