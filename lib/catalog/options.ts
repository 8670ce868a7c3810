import { periodFault } from '../core/duration.ts'
import type { ResolvedOptions } from '../options/options.ts'
import type { OptionsSchema } from '../options/schema.ts'
import { ARCHIVE_STATUSES } from './status.ts'

/** The option for the directory of archives written without `--to`. */
export const catalogOptions = {
  type: 'object',
  name: 'catalog',
  description: 'Where archives are looked for.',
  properties: {
    backupRoot: {
      type: 'string',
      kind: 'directory',
      example: 'backups',
      description:
        'the directory for archives without --to; list and cleanup then consider only what is below it',
      placeholder: 'DIR',
      path: true,
    },
  },
} as const satisfies OptionsSchema

/** The options that select the archives of a cleanup. */
export const filterOptions = {
  type: 'object',
  name: 'catalogFilter',
  title: 'Filter options',
  description: 'Which archives are meant; all conditions must hold.',
  properties: {
    collection: {
      type: 'string',
      kind: 'collection',
      description: 'archives of this collection',
      placeholder: 'NAME',
      flagOnly: true,
    },
    cluster: {
      type: 'string',
      kind: 'target',
      description: 'of this store: as list shows it, or by its name in the configuration',
      placeholder: 'TARGET',
      flagOnly: true,
    },
    tag: {
      type: 'string',
      kind: 'tag',
      description: 'with all of these tags',
      placeholder: 'TAG,…',
      flagOnly: true,
      repeated: true,
    },
    location: {
      type: 'string',
      description: "with a path such as '/mnt/backups/**', or its last segments: 'Article/*'",
      placeholder: 'GLOB',
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema

/** The options for the archives that `col catalog list` shows, and for their order. */
export const listOptions = {
  type: 'object',
  name: 'catalogList',
  title: 'List options',
  description: 'Which archives are shown; all conditions must hold.',
  properties: {
    ...filterOptions.properties,
    set: {
      type: 'string',
      description: 'archives of this set, which one `col backup --all` made',
      placeholder: 'SET',
      flagOnly: true,
    },
    since: {
      type: 'string',
      description: 'started at this time or later: 2026-06-01, a time with a zone, or an age (30d)',
      placeholder: 'WHEN',
      flagOnly: true,
    },
    until: { type: 'string', description: 'started before then', placeholder: 'WHEN', flagOnly: true },
    status: {
      type: 'string',
      choices: ARCHIVE_STATUSES,
      description: `any of ${ARCHIVE_STATUSES.join(', ')}; without it, all but deleted`,
      placeholder: 'STATUS,…',
      flagOnly: true,
    },
    where: {
      type: 'string',
      description:
        'a condition such as objects>1000, bytes<1GiB, format=parquet, age>30d; given several times, all must hold',
      placeholder: 'EXPRESSION',
      flagOnly: true,
      repeated: true,
    },
    sort: {
      type: 'string',
      description: 'sort by a field; :desc for descending order',
      default: 'started_at:desc',
      placeholder: 'FIELD[:desc]',
      flagOnly: true,
    },
    limit: {
      type: 'integer',
      description: 'at most this many; 0 means all',
      default: 100,
      minimum: 0,
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema

/** The options of one cleanup run. */
export const cleanupOptions = {
  type: 'object',
  name: 'cleanup',
  description: 'How a cleanup runs.',
  properties: {
    yes: {
      type: 'boolean',
      short: 'y',
      description: 'remove what the plan says; without it, only show the plan',
      default: false,
      flagOnly: true,
    },
    includeOutside: {
      type: 'boolean',
      description: 'also remove archives outside the backup root, such as those made with --to',
      default: false,
      flagOnly: true,
    },
    history: {
      type: 'string',
      description: 'how long removed archives are remembered',
      default: '1y',
      placeholder: 'PERIOD',
      check: periodFault,
    },
  },
} as const satisfies OptionsSchema

/** The option for waiting for a lock. */
export const lockOptions = {
  type: 'object',
  name: 'lock',
  description: 'Where another process is at work with the archives.',
  properties: {
    retryLockMs: {
      type: 'integer',
      flag: 'retry-lock',
      unit: 'milliseconds',
      description: 'how long to wait for another process that works with the archives',
      default: 0,
      minimum: 0,
      maximum: 86_400_000,
    },
  },
} as const satisfies OptionsSchema

/** The option that selects the locks to remove. */
export const unlockOptions = {
  type: 'object',
  name: 'unlock',
  description: 'Which locks are taken away.',
  properties: {
    removeAll: {
      type: 'boolean',
      description: 'remove all locks, not only those whose owners are gone',
      default: false,
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema

/** The options of `col list`: what is listed, how it is sorted, and how much of it. */
export type ListOptions = ResolvedOptions<typeof listOptions>
/** The options that select archives. */
export type FilterOptions = ResolvedOptions<typeof filterOptions>
