import type { OptionsSchema } from '../../options/schema.ts'
import { retryForOption, workersOption } from '../../run/sharedOptions.ts'
import { sampleFault } from './sample.ts'

/** How deep a verification goes. */
export const verifyOptions = {
  type: 'object',
  name: 'verify',
  title: 'Verification options',
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
      description: 'check only group N of T, so that T runs check every part, or a random percentage',
      placeholder: 'N/T|P%',
      pattern: '^(\\d{1,9}/\\d{1,9}|\\d{1,3}(\\.\\d{1,9})?%)$',
      check: sampleFault,
      flagOnly: true,
    },
    maxErrors: {
      type: 'integer',
      description: 'stop after this many faults; 0: never',
      default: 0,
      minimum: 0,
      flagOnly: true,
    },
    workers: workersOption('parts that are checked at once'),
    retryForMs: retryForOption,
  },
} as const satisfies OptionsSchema

export type { VerifyOptions, VerifyOptionsInput } from '../../options/documented.ts'
