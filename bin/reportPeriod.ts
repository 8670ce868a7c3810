import type { Context } from './cli/command.ts'
import { ElysiaError, momentOf, type OptionsSchema } from './library.ts'

/** The period of a report, and the objective to compare with. */
export const reportPeriodOptions = {
  type: 'object',
  name: 'reported',
  title: 'Period options',
  description: 'Of which time a report is, and what it is held against.',
  properties: {
    since: {
      type: 'string',
      description: 'the start of the period: a date, a time, or an age such as 30d',
      default: '30d',
      placeholder: 'WHEN',
      flagOnly: true,
    },
    slo: {
      type: 'string',
      description: 'the objective for success rates, in percent; anything below it needs attention',
      placeholder: 'PERCENT',
      example: '99.9',
      pattern: '^(100|\\d{1,2})(\\.\\d{1,6})?$',
    },
  },
} as const satisfies OptionsSchema

/**
 * The period and objective of the report. Needs reportPeriodOptions in schemas.
 * @throws ElysiaError ELYSIA_USAGE for an invalid time, or more than 100 percent
 */
export function reportPeriod({ options }: Pick<Context, 'options'>): {
  since: string
  slo: number | undefined
} {
  const { since, slo } = options(reportPeriodOptions)
  const objective = slo === undefined ? undefined : Number(slo)
  if (objective !== undefined && objective > 100) {
    throw new ElysiaError('ELYSIA_USAGE', `--slo ${slo} is more than 100`, { hint: 'give percent: 99.9' })
  }
  return { since: momentOf(since, '--since', Date.now()), slo: objective }
}
