import type { Context } from './cli/command.ts'
import { EXIT } from './cli/exit.ts'
import { configuredAlerts } from './commands/alerts/alertSettings.ts'
import { alertsLibrary, type MonitorReport } from './library.ts'
import { alertsFile } from './observers/alertSettings.ts'
import { sinkContextOf } from './observers/sinks.ts'

/**
 * Sends a report through the alert sinks, if requested; the command fails if one does not take it.
 * @throws ElysiaError ELYSIA_USAGE if none are configured, before anything is read
 */
export async function sendingReport(
  context: Context,
  isAsked: boolean,
): Promise<(report: MonitorReport) => Promise<void>> {
  if (!isAsked) return async () => {}
  const { settings, console, signal } = context
  const alerts = await configuredAlerts(context)
  return async (report) => {
    const { sendReport } = await alertsLibrary()
    const sinks = sinkContextOf(settings, console)
    const sent = await sendReport({ settings: alerts, file: alertsFile(), report, sinks, signal })
    const taken = sent.deliveries.filter(({ error }) => error === undefined).map(({ sink }) => sink)
    if (taken.length > 0) console.note(`sent to ${taken.join(', ')}`)
    if (sent.waiting.length === 0) return
    const why = sent.deliveries.find(({ error }) => error !== undefined)?.error
    context.fail(
      EXIT.failed,
      `not accepted yet by ${sent.waiting.join(', ')}${why === undefined ? '' : `: ${why}`}; it will be sent later`,
    )
  }
}
