import type { OptionsSchema } from '../../options/schema.ts'
import { retryForOption } from '../../run/sharedOptions.ts'

/** How to revert the changes of a run. */
export const rollbackOptions = {
  type: 'object',
  name: 'rollback',
  description: 'How the changes of a run are undone.',
  properties: {
    force: {
      type: 'boolean',
      short: 'f',
      description: 'also put back objects that somebody else has changed since',
      default: false,
      flagOnly: true,
    },
    verify: {
      type: 'boolean',
      description: 'read back what was put back, and compare it',
      negative: 'do not read back what was put back',
      default: true,
      flagOnly: true,
    },
    dryRun: {
      type: 'boolean',
      short: 'n',
      description:
        'look at every object that the run changed, show what would happen to it, and write nothing',
      default: false,
      flagOnly: true,
    },
    retryForMs: retryForOption,
  },
} as const satisfies OptionsSchema

export type { RollbackOptions, RollbackOptionsInput } from '../../options/documented.ts'
