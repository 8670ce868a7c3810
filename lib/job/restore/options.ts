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

/** What a restore is asked to bring back, and how. */
export const restoreOptions = {
  type: 'object',
  name: 'restore',
  description: 'How an archive becomes a collection.',
  properties: {
    name: {
      type: 'string',
      description: 'restore under this name (my-code becomes the class MyCode); ids stay as they are',
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
      description: 'only the tenants or parts that were left in this file, which --list printed',
      placeholder: 'FILE',
      path: true,
      flagOnly: true,
    },
    plan: {
      type: 'string',
      kind: 'file',
      description:
        'write what would be done into this file, an object a line, and change nothing; `col apply FILE` does it',
      placeholder: 'FILE',
      path: true,
      flagOnly: true,
    },
    intoAlias: {
      type: 'string',
      description:
        'restore beside what is there, into a new collection ALIAS_v1, ALIAS_v2 …, and switch this alias to it once it is complete',
      placeholder: 'ALIAS',
      flagOnly: true,
    },
    dropOld: {
      type: 'boolean',
      description: 'with --into-alias: remove the collection that the alias meant before',
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
      description: 'class JSON to use instead of that of the archive, or for objects without a class',
      placeholder: 'FILE',
      path: true,
      flagOnly: true,
    },
    ...foreignOptions,
    replication: {
      type: 'integer',
      description:
        'copies of each object; without it, as many as before, but no more than the target has nodes, including those that are down',
      minimum: 1,
      maximum: 100,
      flagOnly: true,
    },
    degraded: {
      type: 'boolean',
      description: 'restore even if a node of the target is down; its copies have to wait for it',
      default: false,
      flagOnly: true,
    },
    vectorizer: {
      type: 'string',
      description:
        'the module that makes vectors, of one or of all; a vector of a new name is added; none: no object is vectorised again',
      placeholder: 'MODULE[:VECTOR],…',
      flagOnly: true,
    },
    vectorizerSettings: {
      type: 'string',
      description: 'what the class says to that module, as JSON',
      placeholder: 'JSON',
      flagOnly: true,
    },
    revectorize: {
      type: 'boolean',
      description:
        'leave out the vectors that a module of the class makes, so that the target makes them anew; how many that are is said first',
      default: false,
      flagOnly: true,
    },
    vectorMap: {
      type: 'string',
      description:
        'give vectors other names; default is the one without a name; without a new name a vector is left out',
      placeholder: 'OLD=NEW,…',
      flagOnly: true,
    },
    indexType: {
      type: 'string',
      description: 'hnsw, flat, dynamic or hfresh, of one vector or of all',
      placeholder: 'TYPE[:VECTOR],…',
      flagOnly: true,
    },
    quantizer: {
      type: 'string',
      description: 'how vectors are compressed: pq, bq, sq, rq or none, of one vector or of all',
      placeholder: 'KIND[:VECTOR],…',
      flagOnly: true,
    },
    migrate: {
      type: 'boolean',
      description: 'change what the target does not have of the class: another version, modules, nodes',
      negative: 'refuse, before anything is written, what would lose a setting of the class',
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
      description: 'restore the undamaged parts of a damaged archive, and say what is missing',
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
