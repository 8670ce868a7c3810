import type { ResolvedOptions } from '../../options/options.ts'
import type { OptionsSchema } from '../../options/schema.ts'

/** What a conformance kit contains besides the examples. */
export const conformanceOptions = {
  type: 'object',
  name: 'format conformance',
  title: 'Kit options',
  description: 'What a conformance kit holds beside the examples of the change format.',
  properties: {
    sequences: {
      type: 'integer',
      description: 'how many random files of records to write',
      placeholder: 'N',
      default: 50,
      minimum: 0,
      maximum: 10_000,
      flagOnly: true,
    },
    records: {
      type: 'integer',
      description: 'how many records each file has',
      placeholder: 'N',
      default: 40,
      minimum: 1,
      maximum: 100_000,
      flagOnly: true,
    },
    seed: {
      type: 'integer',
      description: 'equal seeds produce equal files',
      placeholder: 'N',
      default: 1,
      minimum: 0,
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema

/** The resolved options of a conformance kit. */
export type ConformanceOptions = ResolvedOptions<typeof conformanceOptions>
