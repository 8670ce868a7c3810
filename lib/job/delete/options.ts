import type { OptionsSchema } from '../../options/schema.ts'
import { retryForOption } from '../../run/sharedOptions.ts'
import { filterOption, objectsOption, searchOptions } from '../selection/options.ts'

/** Which objects of a collection to delete, and how many at most. */
export const deleteOptions = {
  type: 'object',
  name: 'delete',
  description: 'Which objects of a collection are deleted.',
  properties: {
    filter: filterOption('the objects for which this SQL condition is true'),
    objects: objectsOption('the objects of these ids; with --filter, only those that match it'),
    tenant: {
      type: 'string',
      description: 'only objects of these tenants, separated by commas',
      placeholder: 'NAME,…',
      flagOnly: true,
    },
    ...searchOptions,
    maxDelete: {
      type: 'string',
      description: 'refuse to delete more objects than this, before anything is deleted',
      placeholder: 'N|P%',
      pattern: '^(\\d+|\\d+(\\.\\d+)?%)$',
      default: '10%',
      flagOnly: true,
    },
    undo: {
      type: 'boolean',
      description: 'keep what is deleted, for `col rollback`',
      negative: 'delete with no way to undo it',
      default: true,
      flagOnly: true,
    },
    keepUndoMs: {
      type: 'integer',
      flag: 'keep-undo',
      unit: 'milliseconds',
      description: 'how long to keep it',
      default: 7 * 24 * 3_600_000,
      minimum: 0,
      maximum: 366 * 24 * 3_600_000,
    },
    dryRun: {
      type: 'boolean',
      short: 'n',
      description: 'show how many objects would be deleted, and delete none',
      default: false,
      flagOnly: true,
    },
    retryForMs: retryForOption,
  },
} as const satisfies OptionsSchema

export type { DeleteOptions, DeleteOptionsInput } from '../../options/documented.ts'
