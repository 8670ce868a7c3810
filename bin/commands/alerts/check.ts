import type { Command, Context } from '../../cli/command.ts'
import { EXIT } from '../../cli/exit.ts'
import { type Tables, tableOptions, tablesFor } from '../../cli/tables.ts'
import {
  type AlertEvaluation,
  alertsLibrary,
  catalogOptions,
  type FiringAlert,
  pluralize,
} from '../../library.ts'
import { withMonitor } from '../../monitor.ts'
import { evaluateAlerts } from '../../observers/dueAlerts.ts'
import { configuredAlerts } from './alertSettings.ts'

/** `alerts check`: evaluates all rules, and sends what is due. */
export const command: Command = {
  summary: 'evaluate the alert rules of the configuration, and send what is due',
  alsoKnownAs: ['list', 'status'],
  operands: [],
  examples: ['elysiactl alerts check', 'elysiactl alerts check --quiet || mail-somebody'],
  schemas: [tableOptions, catalogOptions],
  document: 'alert-check',
  exits: ['rejects'],
  docs: 'docs/monitoring.md',
  run,
}

async function run(context: Context): Promise<void> {
  const { console, signal } = context
  const alerts = await configuredAlerts(context)
  const { firingAlert: firing } = await alertsLibrary()
  const report = await withMonitor(context, (monitor) => monitor.report())
  const evaluated = await evaluateAlerts(context, alerts, { report, signal })
  const activeAlerts = evaluated.alerts.map(firing)
  if (console.json) await console.document(documentOf(evaluated, activeAlerts))
  else if (activeAlerts.length > 0) await console.print(pageOf(await tablesFor(context), activeAlerts))
  const firingAlerts = activeAlerts.filter(({ status }) => status === 'firing')
  if (firingAlerts.length === 0) return console.note('no alert rule finds anything wrong')
  context.fail(EXIT.rejects, `${pluralize(firingAlerts.length, 'alert')}: ${firingAlerts[0]!.summary}`)
}

function documentOf({ made, deliveries, undelivered }: AlertEvaluation, alerts: readonly FiringAlert[]) {
  return { alerts, messages: made, deliveries, undelivered }
}

function pageOf(tables: Tables, alerts: readonly FiringAlert[]): string[] {
  const rows = alerts.map(({ alert, status, since, summary }) => [alert, status, since, summary])
  return tables.of(['alert', 'status', 'since', 'what'], rows)
}
