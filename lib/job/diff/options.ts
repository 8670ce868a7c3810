import type { OptionsSchema } from '../../options/schema.ts'
import { retryForOption, workersOption } from '../../run/sharedOptions.ts'
import { filterOption, propertiesOption } from '../selection/options.ts'

/** What to compare in two collections. */
export const diffOptions = {
  type: 'object',
  name: 'diff',
  title: 'Comparison options',
  description: 'What of two collections is compared, and how.',
  properties: {
    filter: filterOption('compare only the objects for which this condition is true'),
    properties: propertiesOption('compare only these properties'),
    idsOnly: {
      type: 'boolean',
      description: 'compare only which ids exist',
      default: false,
      flagOnly: true,
    },
    vectors: {
      type: 'boolean',
      description: 'compare vectors as well as properties',
      negative: 'do not compare vectors',
      default: true,
      flagOnly: true,
    },
    vectorTolerance: {
      type: 'string',
      description:
        'treat vector components as equal if they differ by no more than this; 0 compares bit for bit',
      placeholder: 'NUMBER',
      default: '0',
      pattern: '^\\d{1,20}(\\.\\d{1,40})?([eE][+-]?\\d{1,3})?$',
      check: toleranceLack,
      flagOnly: true,
    },
    tenant: {
      type: 'string',
      kind: 'tenant',
      description: 'only these tenants, separated by commas',
      placeholder: 'NAME,…',
      flagOnly: true,
    },
    schema: {
      type: 'boolean',
      description: 'compare schema, tenant states and aliases as well as objects',
      negative: 'compare objects only: no schema, tenant states or aliases',
      default: true,
      flagOnly: true,
    },
    all: {
      type: 'boolean',
      description: 'list equal objects too, with =',
      default: false,
      flagOnly: true,
    },
    recheckAfterMs: {
      type: 'integer',
      flag: 'recheck-after',
      unit: 'milliseconds',
      description: 'read what differs once more after this time, in case somebody is writing; 0: do not',
      default: 2000,
      minimum: 0,
      maximum: 3_600_000,
      flagOnly: true,
    },
    workers: workersOption('ranges of ids that are compared at once'),
    retryForMs: retryForOption,
  },
} as const satisfies OptionsSchema

function toleranceLack(text: string): string | undefined {
  return Number.isFinite(Number(text)) ? undefined : 'it takes a number, such as 0.000001 or 1e-6'
}

export type { DiffOptions, DiffOptionsInput } from '../../options/documented.ts'
