import type { Context } from '../../cli/command.ts'
import { type AlertSettings, ElysiaError, userPaths } from '../../library.ts'
import { alertSettingsOf } from '../../observers/alertSettings.ts'

/**
 * The rules and sinks of the configuration.
 * @throws ElysiaError ELYSIA_USAGE if there are none, or if they are wrong
 */
export async function configuredAlerts({ settings }: Context): Promise<AlertSettings> {
  const alerts = await alertSettingsOf(settings)
  if (alerts !== undefined) return alerts
  throw new ElysiaError('ELYSIA_USAGE', 'no alerts are configured', {
    hint: `alerts: in ${userPaths().config}/config.yaml says when to send something, and where: docs/monitoring.md shows an example`,
  })
}
