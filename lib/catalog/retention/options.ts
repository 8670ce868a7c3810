import { periodFault } from '../../core/duration.ts'
import type { OptionsSchema } from '../../options/schema.ts'

const COUNT = '^(\\d{1,9}|unlimited|-1)$'

/**
 * Which archives `col catalog cleanup` keeps and which it removes. PERIOD is like 30d or 2y5m7d3h: years, months,
 * days, hours.
 */
export const retentionOptions = {
  type: 'object',
  name: 'retention',
  title: 'Retention rules',
  description: 'What stays and what goes; with --older-than and --keep-… together a keep rule wins.',
  properties: {
    olderThan: {
      type: 'string',
      description: 'remove archives older than this, if another that is as old remains',
      placeholder: 'PERIOD',
      example: '30d',
      check: periodFault,
    },
    keepLast: {
      type: 'string',
      description: 'keep the newest N archives',
      placeholder: 'N|unlimited',
      example: '7',
      pattern: COUNT,
    },
    keepHourly: {
      type: 'string',
      description: 'keep the newest of each of the last N hours that have one (UTC)',
      placeholder: 'N|unlimited',
      example: '7',
      pattern: COUNT,
    },
    keepDaily: {
      type: 'string',
      description: 'keep the newest of each of the last N days that have one (UTC)',
      placeholder: 'N|unlimited',
      example: '7',
      pattern: COUNT,
    },
    keepWeekly: {
      type: 'string',
      description: 'keep the newest of each of the last N weeks (ISO) that have one (UTC)',
      placeholder: 'N|unlimited',
      example: '7',
      pattern: COUNT,
    },
    keepMonthly: {
      type: 'string',
      description: 'keep the newest of each of the last N months that have one (UTC)',
      placeholder: 'N|unlimited',
      example: '7',
      pattern: COUNT,
    },
    keepYearly: {
      type: 'string',
      description: 'keep the newest of each of the last N years that have one (UTC)',
      placeholder: 'N|unlimited',
      example: '7',
      pattern: COUNT,
    },
    keepWithin: {
      type: 'string',
      description: 'keep all archives less than this older than the newest',
      placeholder: 'PERIOD',
      example: '30d',
      check: periodFault,
    },
    keepWithinHourly: {
      type: 'string',
      description: 'of the archives less than this older than the newest, keep one of each hour',
      placeholder: 'PERIOD',
      example: '30d',
      check: periodFault,
    },
    keepWithinDaily: {
      type: 'string',
      description: 'of the archives less than this older than the newest, keep one of each day',
      placeholder: 'PERIOD',
      example: '30d',
      check: periodFault,
    },
    keepWithinWeekly: {
      type: 'string',
      description: 'of the archives less than this older than the newest, keep one of each week',
      placeholder: 'PERIOD',
      example: '30d',
      check: periodFault,
    },
    keepWithinMonthly: {
      type: 'string',
      description: 'of the archives less than this older than the newest, keep one of each month',
      placeholder: 'PERIOD',
      example: '30d',
      check: periodFault,
    },
    keepWithinYearly: {
      type: 'string',
      description: 'of the archives less than this older than the newest, keep one of each year',
      placeholder: 'PERIOD',
      example: '30d',
      check: periodFault,
    },
    keepTag: {
      type: 'string',
      kind: 'tag',
      description: 'keep archives with all of these tags; given several times, with all tags of any one',
      placeholder: 'TAG,…',
      example: 'gold',
      repeated: true,
    },
    groupBy: {
      type: 'string',
      choices: ['cluster', 'collection', 'tenant', 'tags', 'none'],
      description: 'apply the rules to each group: any of cluster,collection,tenant,tags, or none',
      default: 'cluster,collection',
      placeholder: 'KEY,…',
    },
    failedAfter: {
      type: 'string',
      description: 'remove partial and failed archives that have not changed for this long',
      default: '24h',
      placeholder: 'PERIOD',
      example: '30d',
      check: periodFault,
    },
    allowLast: {
      type: 'boolean',
      description: 'the newest complete archive of a group may be removed too',
      default: false,
      flagOnly: true,
    },
    unsafeAllowRemoveAll: {
      type: 'boolean',
      description: 'without any rule, remove all that --collection, --tag or --cluster selects',
      default: false,
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema

export type { RetentionOptions, RetentionOptionsInput } from '../../options/documented.ts'
