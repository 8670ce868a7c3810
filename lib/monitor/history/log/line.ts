import type { Static } from '../../../core/typebox.ts'
import Type from '../../../core/typebox.ts'
import { choice } from '../../../run/event/fields.ts'
import { LOG_LEVELS } from './levels.ts'

/** The log of one try at a run, as documents contain it. */
export const RunLogSchema = Type.Object({
  attempt: Type.Integer({ minimum: 1, description: 'Which process it was, as in `tries`.' }),
  lines: Type.Array(
    Type.Object({
      at: Type.String({ description: 'When it was said. ISO 8601, UTC.' }),
      level: choice(LOG_LEVELS, 'An event in short, or what a person was told: a note, a warning, an error.'),
      text: Type.String({ description: 'What was said, without secrets; 600 characters at most.' }),
    }),
    {
      description:
        'The first 50 lines and the last 150; where some are missing between them, a line says how many.',
    },
  ),
})

/** The log lines of one try at a run. */
export type RunLogged = Static<typeof RunLogSchema>

export type LogLine = RunLogged['lines'][number]
