import type { OptionsSchema } from '../../options/schema.ts'

const scriptTimeoutOption = {
  type: 'integer',
  flag: 'script-timeout',
  unit: 'milliseconds',
  description: 'how long a script may take for one object, which is rejected then',
  default: 10_000,
  minimum: 1,
  maximum: 3_600_000,
} as const

/** What becomes of objects on their way. A program gives `transforms` in the context of a job instead. */
export const transformOptions = {
  type: 'object',
  name: 'transform',
  description: 'What becomes of objects and their class on their way, in the order of these options.',
  properties: {
    drop: {
      type: 'string',
      description: 'leave this property out',
      placeholder: 'PROPERTY',
      flagOnly: true,
      ordered: true,
    },
    script: {
      type: 'string',
      kind: 'file',
      description: 'let this module make of each object another, none, or several',
      placeholder: 'FILE.mjs',
      flagOnly: true,
      ordered: true,
    },
    pipeline: {
      type: 'string',
      kind: 'file',
      description: 'take these transforms from a file, YAML or JSON, in place of this option',
      placeholder: 'FILE',
      flagOnly: true,
      ordered: true,
    },
    scriptTimeoutMs: scriptTimeoutOption,
  },
} as const satisfies OptionsSchema

/** How the examples of a file of transforms are run. */
export const transformTestOptions = {
  type: 'object',
  name: 'transform test',
  description: 'How the examples of a file of transforms are run.',
  properties: { scriptTimeoutMs: scriptTimeoutOption },
} as const satisfies OptionsSchema
