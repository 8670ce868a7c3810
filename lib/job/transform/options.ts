import type { OptionsSchema } from '../../options/schema.ts'

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
  },
} as const satisfies OptionsSchema
