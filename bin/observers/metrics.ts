import { ElysiaError, layersFor, messageOf, metricsLibrary, metricsOptions, resolve } from '../library.ts'
import { withMetrics } from '../metrics.ts'
import type { ObservedCommand, Observer } from './observer.ts'

/** Leaves the metrics of all runs where the options say, once the run of a command is in the history. */
export async function metricsObserver({
  command,
  flags,
  settings,
  console,
}: ObservedCommand): Promise<Observer | undefined> {
  if (command.records === undefined || flags.values.dryRun === true) return undefined
  const { options } = resolve(metricsOptions, layersFor(metricsOptions, [flags, ...settings.layers]))
  if (options.metricsTextfile === undefined && options.metricsPush === undefined) return undefined
  const warn = (error: unknown) => {
    const hint = error instanceof ElysiaError && error.hint !== undefined ? `; ${error.hint}` : ''
    console.warn(`${messageOf(error)}${hint}`)
  }
  return {
    async end() {
      try {
        const { leaveMetrics } = await metricsLibrary()
        const { text } = await withMetrics((metrics) => metrics())
        for (const error of await leaveMetrics(text, options)) warn(error)
      } catch (error) {
        warn(error)
      }
    },
  }
}
