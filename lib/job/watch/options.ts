import type { OptionsSchema } from '../../options/schema.ts'

/** Which files of a directory are taken, and what happens to them. */
export const watchOptions = {
  type: 'object',
  name: 'watch',
  description: 'How a directory is watched.',
  properties: {
    pattern: {
      type: 'string',
      description:
        'the names of the files to take: * and ? stand for any characters, [a-z] for one of these, {a,b} for either',
      placeholder: 'GLOB',
      default: '*.jsonl',
    },
    settleMs: {
      type: 'integer',
      flag: 'settle',
      unit: 'milliseconds',
      description: 'take a file once it has not changed for this long',
      default: 2000,
      minimum: 0,
      maximum: 3_600_000,
    },
    after: {
      type: 'string',
      description: 'what to do with a file that was taken: move puts it into processed/ or failed/',
      enum: ['keep', 'move', 'delete'],
      default: 'keep',
    },
    followLinks: {
      type: 'boolean',
      description: 'follow symbolic links in the directory; only safe if nobody else can create one there',
      default: false,
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema

export type { WatchOptions, WatchOptionsInput } from '../../options/documented.ts'
