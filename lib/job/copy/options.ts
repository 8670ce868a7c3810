import type { OptionsSchema } from '../../options/schema.ts'
import { maxBandwidthOption, maxRateOption, retryForOption, writersOption } from '../../run/sharedOptions.ts'
import { diffOptions } from '../diff/options.ts'
import { restoreOptions } from '../restore/options.ts'
import { filterOption, objectsOption, propertiesOption } from '../selection/options.ts'
import { setOptions } from '../set/options.ts'

const {
  tenant,
  replication,
  degraded,
  vectorizer,
  vectorizerSettings,
  revectorize,
  vectorMap,
  indexType,
  quantizer,
  migrate,
  onNewProperty,
  missingReferences,
  maxDelete,
  undo,
  keepUndoMs,
  waitIndexed,
  batchSize,
  batchBytes,
} = restoreOptions.properties

/** What to copy into another store, and how. */
export const copyOptions = {
  type: 'object',
  name: 'copy',
  description: 'How a collection of one store becomes a collection of another.',
  properties: {
    ...setOptions('all collections of a store, each under its name: both operands are stores'),
    sync: {
      type: 'boolean',
      description:
        'make an existing collection equal to the source: send what differs, then delete what the source does not have',
      default: false,
      flagOnly: true,
    },
    onConflict: {
      type: 'string',
      description:
        'if the collection exists: fail refuses; skip writes only objects that are missing; overwrite replaces those that are there; see --sync',
      enum: ['fail', 'skip', 'overwrite'],
      default: 'fail',
      flagOnly: true,
    },
    maxDelete: {
      ...maxDelete,
      description: 'refuse a --sync that would delete more objects than this, before anything is written',
    },
    verify: {
      type: 'boolean',
      description: 'compare both sides afterwards, object by object; without it, the objects are counted',
      default: false,
      flagOnly: true,
    },
    follow: {
      type: 'boolean',
      description:
        'keep copying what has changed meanwhile, pass after pass, until a --finish (from any terminal) ends it',
      default: false,
      flagOnly: true,
    },
    everyMs: {
      type: 'integer',
      flag: 'every',
      unit: 'milliseconds',
      description: 'how long --follow waits between two passes',
      default: 5000,
      minimum: 0,
      maximum: 86_400_000,
      flagOnly: true,
    },
    readyBelow: {
      type: 'integer',
      description: '--follow reports ready once fewer objects than this are left',
      default: 100,
      minimum: 1,
      flagOnly: true,
    },
    finish: {
      type: 'boolean',
      description:
        'end a --follow: make the last pass, compare both sides, and switch the alias if they are equal',
      default: false,
      flagOnly: true,
    },
    switchAlias: {
      type: 'string',
      description: 'with --finish: point this alias of the target at the copy',
      placeholder: 'ALIAS',
      flagOnly: true,
    },
    recheckAfterMs: diffOptions.properties.recheckAfterMs,
    undo,
    keepUndoMs,
    tenant,
    filter: filterOption('copy only objects for which this SQL condition is true'),
    objects: objectsOption('copy only the objects of these ids'),
    properties: propertiesOption('only these properties of each object; vectors stay'),
    onNewProperty,
    vectors: {
      type: 'string',
      description:
        'if a transform changes what a vectorizer reads: keep leaves vectors as they are; drop leaves out those whose texts change, so that the target makes new ones',
      enum: ['keep', 'drop'],
      flagOnly: true,
    },
    replication,
    degraded: {
      ...degraded,
      description: 'copy even if a node of the target is down; its replicas catch up later',
    },
    vectorizer,
    vectorizerSettings,
    revectorize,
    vectorMap,
    indexType,
    quantizer,
    migrate,
    missingReferences,
    waitIndexed,
    dryRun: {
      type: 'boolean',
      short: 'n',
      description: 'check source and target, show what would be created, and write nothing',
      default: false,
      flagOnly: true,
    },
    maxRate: maxRateOption,
    maxBandwidth: maxBandwidthOption,
    workers: writersOption(
      'batches in flight at once, and ranges that are read at once; auto finds how many',
    ),
    batchSize,
    batchBytes,
    retryForMs: retryForOption,
  },
} as const satisfies OptionsSchema

export type { CopyOptions, CopyOptionsInput } from '../../options/documented.ts'
