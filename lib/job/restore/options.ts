import type { OptionsSchema } from '../../options/schema.ts'
import {
  maxBandwidthOption,
  maxRateOption,
  retryForOption,
  threadsOption,
  writersOption,
} from '../../run/sharedOptions.ts'
import { filterOption, objectsOption, propertiesOption } from '../selection/options.ts'
import { conflictOptions } from './conflict/options.ts'
import { foreignOptions } from './source/foreignOptions.ts'

const MIB = 1024 * 1024

/** What to restore, and how. */
export const restoreOptions = {
  type: 'object',
  name: 'restore',
  description: 'How an archive becomes a collection.',
  properties: {
    name: {
      type: 'string',
      description: 'restore under this name (my-code becomes the class MyCode); ids stay the same',
      placeholder: 'NEW',
      flagOnly: true,
    },
    collection: {
      type: 'string',
      description: 'which collection to restore from an export, or a rejects file, of several',
      placeholder: 'NAME',
      flagOnly: true,
    },
    ...conflictOptions,
    useList: {
      type: 'string',
      kind: 'file',
      description: 'only the tenants or parts left in this file, which --list printed',
      placeholder: 'FILE',
      path: true,
      flagOnly: true,
    },
    plan: {
      type: 'string',
      kind: 'file',
      description:
        'write what would be done to this file, one object per line, and change nothing; `col apply FILE` carries it out',
      placeholder: 'FILE',
      path: true,
      flagOnly: true,
    },
    intoAlias: {
      type: 'string',
      description:
        'restore into a new collection (ALIAS_v1, ALIAS_v2 …), and switch this alias to it once it is complete',
      placeholder: 'ALIAS',
      flagOnly: true,
    },
    dropOld: {
      type: 'boolean',
      description: 'with --into-alias: remove the collection that the alias pointed at before',
      default: false,
      flagOnly: true,
    },
    tenant: {
      type: 'string',
      description: 'only these tenants, separated by commas',
      placeholder: 'NAME,…',
      flagOnly: true,
    },
    filter: filterOption('only objects for which this SQL condition is true'),
    objects: objectsOption('only the objects of these ids'),
    properties: propertiesOption('only these properties of each object; vectors stay'),
    schema: {
      type: 'string',
      kind: 'file',
      description: 'class JSON to use instead of the archive’s, or for objects without a class',
      placeholder: 'FILE',
      path: true,
      flagOnly: true,
    },
    ...foreignOptions,
    replication: {
      type: 'integer',
      description:
        'replicas of each object; by default as many as before, but no more than the target has nodes, including those that are down',
      minimum: 1,
      maximum: 100,
      flagOnly: true,
    },
    degraded: {
      type: 'boolean',
      description: 'restore even if a node of the target is down; its replicas catch up later',
      default: false,
      flagOnly: true,
    },
    vectorizer: {
      type: 'string',
      description:
        'the module that makes vectors, for one of them or for all; a new name adds a vector; none means that objects are never vectorized again',
      placeholder: 'MODULE[:VECTOR],…',
      flagOnly: true,
    },
    vectorizerSettings: {
      type: 'string',
      description: 'the settings of that module, as JSON',
      placeholder: 'JSON',
      flagOnly: true,
    },
    revectorize: {
      type: 'boolean',
      description:
        'leave out the vectors that a module of the class makes, so that the target makes new ones; first shows how many',
      default: false,
      flagOnly: true,
    },
    vectorMap: {
      type: 'string',
      description: 'rename vectors; default is the unnamed one; an empty new name leaves the vector out',
      placeholder: 'OLD=NEW,…',
      flagOnly: true,
    },
    indexType: {
      type: 'string',
      description: 'hnsw, flat, dynamic or hfresh, for one vector or for all',
      placeholder: 'TYPE[:VECTOR],…',
      flagOnly: true,
    },
    quantizer: {
      type: 'string',
      description: 'how vectors are compressed: pq, bq, sq, rq or none, for one vector or for all',
      placeholder: 'KIND[:VECTOR],…',
      flagOnly: true,
    },
    migrate: {
      type: 'boolean',
      description: 'adapt the class to a target with another version, other modules or fewer nodes',
      negative: 'refuse, before anything is written, if the class would lose a setting',
      default: true,
      flagOnly: true,
    },
    missingReferences: {
      type: 'string',
      description:
        'references to a class that the target does not have: keep them unchanged, or drop their property',
      enum: ['keep', 'drop'],
      default: 'keep',
      flagOnly: true,
    },
    skipDamaged: {
      type: 'boolean',
      description: 'restore the undamaged parts of a damaged archive, and report what is missing',
      default: false,
      flagOnly: true,
    },
    verify: {
      type: 'boolean',
      description: 'read all objects back and compare their digest',
      negative: 'count the objects afterwards, but do not read them back',
      default: true,
      flagOnly: true,
    },
    waitIndexed: {
      type: 'boolean',
      description: 'wait until the vector index holds everything that was written',
      default: false,
      flagOnly: true,
    },
    dryRun: {
      type: 'boolean',
      short: 'n',
      description: 'check the archive and the target, show what would be created, and write nothing',
      default: false,
      flagOnly: true,
    },
    maxRate: maxRateOption,
    maxBandwidth: maxBandwidthOption,
    workers: writersOption('batches in flight at once, and parts that are read at once; auto finds how many'),
    threads: threadsOption,
    batchSize: {
      type: 'integer',
      description: 'objects in one write',
      default: 500,
      minimum: 1,
      maximum: 10_000,
    },
    batchBytes: {
      type: 'integer',
      unit: 'bytes',
      description: 'bytes of objects in one write',
      default: 8 * MIB,
      minimum: 1024,
      maximum: 64 * MIB,
    },
    retryForMs: retryForOption,
  },
} as const satisfies OptionsSchema

export type { RestoreOptions, RestoreOptionsInput } from '../../options/documented.ts'
