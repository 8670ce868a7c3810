import type { OptionsSchema } from '../../options/schema.ts'
import {
  maxBandwidthOption,
  maxRateOption,
  retryForOption,
  threadsOption,
  writersOption,
} from '../../run/sharedOptions.ts'
import { coalesceFault } from './coalesce/mode.ts'

const KIB = 1024
const MIB = 1024 * KIB

/** What an ingest does with its records. */
export const ingestOptions = {
  type: 'object',
  name: 'ingest',
  description: 'How change records become objects of a collection.',
  required: ['collection'],
  properties: {
    collection: {
      type: 'string',
      kind: 'collection',
      description: 'the collection to bring up to date (source-code becomes the class SourceCode)',
      placeholder: 'NAME',
    },
    batchSize: {
      type: 'integer',
      description: 'records in one write',
      default: 500,
      minimum: 1,
      maximum: 10_000,
    },
    batchBytes: {
      type: 'integer',
      unit: 'bytes',
      description: 'about how many bytes of memory the records of one write take',
      default: 4 * MIB,
      minimum: KIB,
      maximum: 64 * MIB,
    },
    maxRate: maxRateOption,
    maxBandwidth: maxBandwidthOption,
    workers: writersOption('batches in flight at once; auto finds how many'),
    threads: threadsOption,
    maxLineBytes: {
      type: 'integer',
      unit: 'bytes',
      description: 'a longer line is rejected, without being held in memory',
      default: 64 * MIB,
      minimum: KIB,
      maximum: 512 * MIB,
    },
    contentRoot: {
      type: 'string',
      kind: 'directory',
      description: 'the directory in which content_ref may name files',
      placeholder: 'DIR',
      path: true,
      personal: true,
    },
    coalesce: {
      type: 'string',
      description:
        'leave out writes that a later record replaces: auto, off, or how much of an input that cannot be read twice to consider together',
      placeholder: 'auto|off|SIZE',
      default: 'auto',
      example: '64MiB',
      check: coalesceFault,
    },
    fromRejects: {
      type: 'boolean',
      description: 'the input is a rejects file: feed its records in again',
      default: false,
      flagOnly: true,
    },
    strict: {
      type: 'boolean',
      description: 'reject records with fields that the format does not know',
      default: false,
    },
    dryRun: {
      type: 'boolean',
      short: 'n',
      description: 'check everything and read the store, but write nothing',
      default: false,
      flagOnly: true,
    },
    maxErrors: {
      type: 'string',
      description: 'stop when more records than this were rejected',
      placeholder: 'N|P%',
      example: '5%',
      pattern: '^(\\d+|\\d+(\\.\\d+)?%)$',
    },
    skipUnchanged: {
      type: 'boolean',
      description: 'do not send objects that the store already holds unchanged',
      negative: 'send objects even if the store already holds them unchanged',
      default: true,
    },
    create: {
      type: 'boolean',
      description: 'create the collection if it does not exist',
      negative: 'refuse the run if the collection does not exist',
      default: true,
    },
    schema: {
      type: 'string',
      kind: 'file',
      description: 'class JSON for a collection that is created',
      placeholder: 'FILE',
      path: true,
    },
    vectorizer: {
      type: 'string',
      description: 'vectorizer module for a collection that is created, such as text2vec-openai',
      placeholder: 'NAME',
    },
    tenant: {
      type: 'string',
      kind: 'tenant',
      description: 'the tenant that all objects belong to',
      placeholder: 'NAME',
      pattern: '^[A-Za-z0-9_-]{1,64}$',
    },
    tenantBy: {
      type: 'string',
      description: 'take the tenant of each record from this field',
      enum: ['repo'],
    },
    retryForMs: retryForOption,
  },
} as const satisfies OptionsSchema

export type { IngestOptions, IngestOptionsInput } from '../../options/documented.ts'
