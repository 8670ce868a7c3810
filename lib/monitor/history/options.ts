import { periodFault } from '../../core/duration.ts'
import type { OptionsSchema } from '../../options/schema.ts'

/** How long the history keeps each run. */
export const historyOptions = {
  type: 'object',
  name: 'history',
  title: 'History options',
  description: 'How long the history keeps what it knows of each run.',
  properties: {
    keepRuns: {
      type: 'string',
      description: 'keep the newest N runs, or those of a period such as 1y; 0 keeps no history',
      default: '100000',
      placeholder: 'N|PERIOD',
      check: (text) => (/^\d{1,9}$/.test(text) ? undefined : periodFault(text)),
      // A project's file could otherwise remove the history of other projects, or hide a failure.
      personal: true,
    },
  },
} as const satisfies OptionsSchema
