import type { Command, Context } from '../cli/command.ts'
import { tableOptions, tablesFor } from '../cli/tables.ts'
import { catalogOptions, type OptionsSchema, reportLibrary } from '../library.ts'
import { withMonitor } from '../monitor.ts'
import { reportPeriod, reportPeriodOptions } from '../reportPeriod.ts'
import { sendingReport } from '../sendReport.ts'
import { reportLines } from '../view/report.ts'

const reportOptions = {
  type: 'object',
  name: 'report',
  description: 'How a report is shown.',
  properties: {
    format: {
      type: 'string',
      description: 'text for a terminal; json, as with --json; html, one file without scripts',
      enum: ['text', 'json', 'html'],
      default: 'text',
      flagOnly: true,
    },
    send: {
      type: 'boolean',
      description: 'also send the report through the alert sinks',
      default: false,
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema

/** `report`: what was done, what was missed, and what needs attention. */
export const command: Command = {
  summary: 'report what was done, what was missed, what can be recovered, and what needs attention',
  operands: [],
  examples: [
    'elysiactl report',
    'elysiactl report --since 7d --slo 99.9',
    'elysiactl report --format html > report.html',
    'elysiactl report --since 7d --send --quiet   # weekly, from cron',
    'elysiactl report --json',
  ],
  schemas: [reportPeriodOptions, reportOptions, tableOptions, catalogOptions],
  document: 'monitor-report',
  docs: 'docs/monitoring.md',
  tellsAlerts: true,
  run,
}

async function run(context: Context): Promise<void> {
  const { console } = context
  const { format, send } = context.options(reportOptions)
  const sendIt = await sendingReport(context, send)
  const period = reportPeriod(context)
  const made = await withMonitor(context, ({ report }) => report(period))
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
