import { join } from 'node:path'
import { type AlertSettings, alertsLibrary, type Settings, userPaths } from '../library.ts'

const known = new WeakMap<Settings, Promise<AlertSettings | undefined>>()

/**
 * The rules and sinks of the configuration, checked once; undefined if there are none, and then nothing is loaded.
 * @throws ElysiaError ELYSIA_USAGE with the line and column of the fault
 */
export async function alertSettingsOf(settings: Settings): Promise<AlertSettings | undefined> {
  if (!settings.sections.some(({ name }) => name === 'alerts')) return undefined
  const read =
    known.get(settings) ?? alertsLibrary().then((alerts) => alerts.readAlertSettings(settings.sections))
  known.set(settings, read)
  return read
}

/** The file that remembers the alerts of this user. */
export function alertsFile(): string {
  return join(userPaths().state, 'alerts.db')
}
