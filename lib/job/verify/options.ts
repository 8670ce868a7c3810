import type { Resolved } from '../../options/options.ts'
import type { OptionsSchema } from '../../options/schema.ts'
import { workersOption } from '../../run/sharedOptions.ts'
import { sampleLack } from './sample.ts'

/** How deep a verification looks. */
export const verifyOptions = {
  type: 'object',
  name: 'verify',
  description: 'How deep a verification of an archive looks.',
  properties: {
    level: {
      type: 'string',
      description:
        'exists: files and sizes; stored: their SHA-256; records: all objects; live: against a store',
      default: 'stored',
      enum: ['exists', 'stored', 'records', 'live'],
    },
    sample: {
      type: 'string',
      description:
        'only these parts: the n-th of t groups, so that t runs see all, or so many percent by chance',
      placeholder: 'N/T|P%',
      pattern: '^(\\d{1,9}/\\d{1,9}|\\d{1,3}(\\.\\d{1,9})?%)$',
      check: sampleLack,
      flagOnly: true,
    },
    maxErrors: {
      type: 'integer',
      description: 'stop after so many faults; 0: never',
      default: 0,
      minimum: 0,
      flagOnly: true,
    },
    workers: workersOption('parts that are looked at together'),
  },
} as const satisfies OptionsSchema

export type VerifyOptions = Resolved<typeof verifyOptions>
