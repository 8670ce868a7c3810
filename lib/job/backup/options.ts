import { modeLack } from '../../archive/storage/modes.ts'
import type { OptionsSchema } from '../../options/schema.ts'
import { retryForOption, workersOption } from '../../run/sharedOptions.ts'
import { filterOption, objectsOption, propertiesOption } from '../selection/options.ts'

const MIB = 1024 * 1024

/** What a backup is asked to hold, and how. */
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
    filter: filterOption('only objects that this is true of, in the language of SQL'),
    objects: objectsOption('only the objects of these ids'),
    properties: propertiesOption('only these properties of each object; vectors stay'),
    workers: workersOption('ranges of ids that are read at once'),
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
    retryForMs: retryForOption,
  },
} as const satisfies OptionsSchema

/** How one call of a backup goes, and where its archive lies. */
export const backupRunOptions = {
  type: 'object',
  name: 'backupRun',
  title: 'Destination options',
  description: 'Where the archive of one backup lies, and how the call goes.',
  properties: {
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
      check: modeLack,
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
