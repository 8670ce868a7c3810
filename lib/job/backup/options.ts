import { modeFault } from '../../archive/storage/modes.ts'
import { periodFault } from '../../core/duration.ts'
import type { OptionsSchema } from '../../options/schema.ts'
import { retryForOption, threadsOption, workersOption } from '../../run/sharedOptions.ts'
import { filterOption, objectsOption, propertiesOption, searchOptions } from '../selection/options.ts'
import { setOptions } from '../set/options.ts'

const MIB = 1024 * 1024

const PERCENT = '^(100|\\d{1,2}(\\.\\d+)?)%$'

/** What to back up, and how. */
export const backupOptions = {
  type: 'object',
  name: 'backup',
  description: 'How a collection becomes an archive.',
  properties: {
    format: {
      type: 'string',
      description: 'jsonl (one object per line), json (one array per part), or parquet (typed columns)',
      default: 'jsonl',
      enum: ['jsonl', 'json', 'parquet'],
    },
    compression: {
      type: 'string',
      description: 'auto, none, gzip, lz4 or zstd, with a level: zstd:9',
      default: 'auto',
      placeholder: 'CODEC[:LEVEL]',
    },
    vectors: {
      type: 'boolean',
      description: 'vectors as well as properties',
      negative: 'leave vectors out',
      default: true,
    },
    readable: {
      type: 'boolean',
      description: 'write vectors as numbers, for people to read: larger and slower',
      default: false,
    },
    tenant: {
      type: 'string',
      description: 'only these tenants, separated by commas',
      placeholder: 'NAME,…',
      flagOnly: true,
    },
    filter: filterOption('only objects for which this SQL condition is true'),
    ...searchOptions,
    objects: objectsOption('only the objects of these ids'),
    properties: propertiesOption('only these properties of each object; vectors stay'),
    workers: workersOption('how many id ranges to read at once'),
    threads: threadsOption,
    partSize: {
      type: 'integer',
      unit: 'bytes',
      description: 'the size of a part before compression',
      default: 64 * MIB,
      minimum: 4096,
      maximum: 1024 * MIB,
    },
    partitionBy: {
      type: 'string',
      description: 'one directory per value (as Hive does) of the tenant, or of a property with few values',
      placeholder: 'tenant|PROPERTY',
      flagOnly: true,
    },
    maxPartitions: {
      type: 'integer',
      description: 'refuse a backup into more directories than this',
      default: 1000,
      minimum: 1,
      maximum: 1_000_000,
      flagOnly: true,
    },
    schemaOnly: {
      type: 'boolean',
      description: 'back up the schema without objects',
      default: false,
      flagOnly: true,
    },
    tag: {
      type: 'string',
      description: 'tags of the archive, separated by commas',
      placeholder: 'TAG,…',
      flagOnly: true,
    },
    note: { type: 'string', description: 'a note about the archive', placeholder: 'TEXT', flagOnly: true },
    allowEmpty: {
      type: 'boolean',
      description: 'allow a collection without objects',
      default: false,
      flagOnly: true,
    },
    allowMissingVectors: {
      type: 'boolean',
      description: 'allow objects without the vectors that the schema names',
      default: false,
      flagOnly: true,
    },
    allowInvalidVectors: {
      type: 'boolean',
      description: 'leave out vectors that contain NaN or infinity, and name their objects',
      default: false,
      flagOnly: true,
    },
    fullScan: {
      type: 'boolean',
      description: 'increments: read all objects, whatever their update times say',
      default: false,
      flagOnly: true,
    },
    prove: {
      type: 'string',
      description:
        'increments: read this share of the objects that seem unchanged, and make a full archive if one of them did change',
      placeholder: 'P%',
      example: '1%',
      pattern: PERCENT,
    },
    maxVanished: {
      type: 'string',
      description: 'increments: fail if more than this share of the objects is gone',
      placeholder: 'P%',
      default: '50%',
      pattern: PERCENT,
    },
    allowShrink: {
      type: 'boolean',
      description: 'increments: allow any number of objects to be gone',
      default: false,
      flagOnly: true,
    },
    retryForMs: retryForOption,
  },
} as const satisfies OptionsSchema

/** A percentage as a share: `1%` is 0.01. */
export function shareOf(percentage: string): number {
  return Number(percentage.slice(0, -1)) / 100
}

/** What is wrong with the text of --full-every; undefined if nothing is. */
function fullEveryLack(text: string): string | undefined {
  if (/^[1-9]\d{0,5}$/.test(text)) return undefined
  return /^\d+$/.test(text) ? 'it takes a number from 1 on, or a period such as 7d' : periodFault(text)
}

/** How one backup runs, and where its archive goes. */
export const backupRunOptions = {
  type: 'object',
  name: 'backupRun',
  title: 'Destination options',
  description: 'Where the archive of one backup lies, and how the call goes.',
  properties: {
    ...setOptions('all collections, each in an archive of its own; they have the id of a set in common'),
    to: {
      type: 'string',
      kind: 'file',
      description:
        'a directory, a single file (NAME.jsonl, or .jsonl.zst), or - for a pipe; without it, below the backup root',
      placeholder: 'DIR|FILE|-',
      path: true,
      flagOnly: true,
    },
    mode: {
      type: 'string',
      description: 'who may read it: private (only you), umask (as your umask says), or a mode such as 0640',
      placeholder: 'MODE',
      default: 'private',
      check: modeFault,
    },
    since: {
      type: 'string',
      description:
        'make an increment: only what has changed since this archive, or since the newest one (last); if there is none, a full archive',
      placeholder: 'ID|last',
      flagOnly: true,
    },
    fullEvery: {
      type: 'string',
      description:
        'with --since: make every N-th archive a full one, or one as soon as the last full one is this old (7d)',
      placeholder: 'N|PERIOD',
      example: '7',
      check: fullEveryLack,
    },
    full: {
      type: 'boolean',
      description: 'make a full archive even with --since',
      default: false,
      flagOnly: true,
    },
    resume: {
      type: 'boolean',
      description: 'continue an interrupted backup, and keep its complete parts',
      default: false,
      flagOnly: true,
    },
    dryRun: {
      type: 'boolean',
      short: 'n',
      description: 'show what would be read and how, and write nothing',
      default: false,
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema

export type { BackupOptions, BackupOptionsInput } from '../../options/documented.ts'
