import type { Command, Context } from '../cli/command.ts'
import { tableOptions, tablesFor } from '../cli/tables.ts'
import { catalogOptions, ElysiaError, momentOf, type OptionsSchema, reportLibrary } from '../library.ts'
import { withMonitor } from '../monitor.ts'
import { sendingReport } from '../sendReport.ts'
import { reportLines } from '../view/report.ts'

const reportOptions = {
  type: 'object',
  name: 'report',
  description: 'What the report is of, and how it is shown.',
  properties: {
    since: {
      type: 'string',
      description: 'the begin of the period: a day, a moment, or a time before now',
      default: '30d',
      placeholder: 'WHEN',
      flagOnly: true,
    },
    slo: {
      type: 'string',
      description: 'the objective for success rates, in percent: what is below needs a hand',
      placeholder: 'PERCENT',
      example: '99.9',
      pattern: '^(100|\\d{1,2})(\\.\\d{1,6})?$',
    },
    format: {
      type: 'string',
      description: 'text for a terminal, json as --json, or html as one file without scripts',
      enum: ['text', 'json', 'html'],
      default: 'text',
      flagOnly: true,
    },
    send: {
      type: 'boolean',
      description: 'send what it comes to through the sinks of alerts as well',
      default: false,
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema

/** `report`: what was done, what was missed, and what needs a hand. */
export const command: Command = {
  summary: 'say what was done, what was missed, what can be brought back, and what needs a hand',
  operands: [],
  examples: [
    'elysiactl report',
    'elysiactl report --since 7d --slo 99.9',
    'elysiactl report --format html > report.html',
    'elysiactl report --since 7d --send --quiet   # weekly, from cron',
    'elysiactl report --json',
  ],
  schemas: [reportOptions, tableOptions, catalogOptions],
  document: 'monitor-report',
  docs: 'docs/monitoring.md',
  run,
}

async function run(context: Context): Promise<void> {
  const { console } = context
  const { since, slo, format, send } = context.options(reportOptions)
  const sendIt = await sendingReport(context, send)
  const objective = slo === undefined ? undefined : Number(slo)
  if (objective !== undefined && objective > 100) {
    throw new ElysiaError('ELYSIA_USAGE', `--slo ${slo} is more than all`, { hint: 'give percent: 99.9' })
  }
  const asked = { since: momentOf(since, '--since', Date.now()), slo: objective }
  const made = await withMonitor(context, ({ report }) => report(asked))
  await sendIt(made)
  if (console.json || format === 'json') return console.document(made)
  if (format === 'html') {
    const { reportHtml } = await reportLibrary()
    return console.printJson([reportHtml(made)])
  }
  const tables = await tablesFor(context)
  await console.print(reportLines(made, tables))
  tables.noteDropped()
}
