import type { ResolvedOptions } from '../../options/options.ts'
import type { OptionsSchema } from '../../options/schema.ts'
import { ingestOptions } from './options.ts'

/** How to check records without a store. */
export const validateOptions = {
  type: 'object',
  name: 'validate',
  title: 'Validation options',
  description: 'How change records are checked.',
  properties: {
    maxLineBytes: ingestOptions.properties.maxLineBytes,
    contentRoot: ingestOptions.properties.contentRoot,
    strict: ingestOptions.properties.strict,
  },
} as const satisfies OptionsSchema

/** The resolved options of a check of change records. */
export type ValidateOptions = ResolvedOptions<typeof validateOptions>
