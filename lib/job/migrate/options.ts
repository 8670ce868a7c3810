import type { OptionsSchema } from '../../options/schema.ts'
import { copyOptions } from '../copy/options.ts'

const {
  vectorizer,
  vectorizerSettings,
  revectorize,
  vectors,
  vectorMap,
  indexType,
  quantizer,
  replication,
  degraded,
  migrate,
  maxRate,
  maxBandwidth,
  workers,
  batchSize,
  batchBytes,
  retryForMs,
} = copyOptions.properties

/** How to change a collection through a copy of it, and how to undo that. */
export const migrateOptions = {
  type: 'object',
  name: 'migrate',
  description: 'How a collection is changed while it is read: as a copy, to which its alias is switched.',
  properties: {
    alias: {
      type: 'string',
      description:
        'the alias to point at the changed collection; needed if the collection has no alias, or several',
      placeholder: 'ALIAS',
      flagOnly: true,
    },
    undo: {
      type: 'boolean',
      description: 'point the alias back at the old collection',
      default: false,
      flagOnly: true,
    },
    dropOld: {
      type: 'boolean',
      description: 'remove the old collection; there is no way back after that',
      default: false,
      flagOnly: true,
    },
    vectorizer,
    vectorizerSettings,
    revectorize,
    vectors,
    vectorMap,
    indexType,
    quantizer,
    replication,
    degraded,
    migrate,
    dryRun: {
      type: 'boolean',
      short: 'n',
      description: 'show how the class would change, and write nothing',
      default: false,
      flagOnly: true,
    },
    maxRate,
    maxBandwidth,
    workers,
    batchSize,
    batchBytes,
    retryForMs,
  },
} as const satisfies OptionsSchema

export type { MigrateOptions, MigrateOptionsInput } from '../../options/documented.ts'
