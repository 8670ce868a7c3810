import type { OptionsSchema } from '../../options/schema.ts'
import { retryForOption, threadsOption, writersOption } from '../../run/sharedOptions.ts'

/** How to restore an archive to prove that it can be restored. */
export const rehearseOptions = {
  type: 'object',
  name: 'rehearse',
  title: 'Rehearsal options',
  description: 'How an archive is restored, compared and removed again, to see whether it can be restored.',
  properties: {
    workers: writersOption('batches in flight at once, and parts that are read at once; auto finds how many'),
    threads: threadsOption,
    retryForMs: retryForOption,
  },
} as const satisfies OptionsSchema

export type { RehearseOptions, RehearseOptionsInput } from '../../options/documented.ts'
