import type { Context } from './cli/command.ts'
import { type AlertSettings, messageOf, type Settings } from './library.ts'
import { withMonitor } from './monitor.ts'
import { alertSettingsOf } from './observers/alertSettings.ts'
import { evaluateAlerts, watchDue } from './observers/dueAlerts.ts'

/** Looks for alerts while a command keeps running. */
export interface AlertsWatch {
  /** Stops looking; resolves once nothing is being sent. */
  end(): Promise<void>
}

/**
 * Evaluates all rules of the configuration now and then every minute, for a command that keeps running; sends what is
 * due. Undefined if there are none. A failure is a warning. Needs catalogOptions in schemas.
 * @throws ElysiaError ELYSIA_USAGE for a fault in the configuration
 */
export async function watchAlerts(
  context: Pick<Context, 'console' | 'options' | 'settings'>,
): Promise<AlertsWatch | undefined> {
  const alerts = await alertSettingsOf(context.settings)
  if (alerts === undefined) return undefined
  const watch = watchDue((signal) => evaluateOnce(context, alerts, signal))
  watch.soon()
  return watch
}

/** A watch of alerts whose configuration may change. */
export interface ReconfigurableWatch extends AlertsWatch {
  /** Uses these settings from now on. @throws as `watchAlerts`: then the earlier ones stay */
  take(settings: Settings): Promise<void>
}

/** Starts a watch of alerts that takes other settings later. */
export async function watchAlertsAfterChanges(
  context: Pick<Context, 'console' | 'options' | 'settings'>,
): Promise<ReconfigurableWatch> {
  let watch = await watchAlerts(context)
  return {
    async take(settings) {
      const next = await watchAlerts({ ...context, settings })
      await watch?.end()
      watch = next
    },
    async end() {
      await watch?.end()
    },
  }
}

/** Evaluates all rules once, for a command that a clock starts. @throws as `watchAlerts` */
export async function lookForAlerts(
  context: Pick<Context, 'console' | 'options' | 'settings'>,
  signal: AbortSignal,
): Promise<void> {
  const alerts = await alertSettingsOf(context.settings)
  if (alerts !== undefined) await evaluateOnce(context, alerts, signal)
}

async function evaluateOnce(
  context: Pick<Context, 'console' | 'options' | 'settings'>,
  alerts: AlertSettings,
  signal: AbortSignal,
): Promise<void> {
  try {
    const report = await withMonitor(context, (monitor) => monitor.report())
    await evaluateAlerts(context, alerts, { report, signal })
  } catch (error) {
    if (!signal.aborted) context.console.warn(`alerts could not be checked: ${messageOf(error)}`)
  }
}
