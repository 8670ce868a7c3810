import { setTimeout as wait } from 'node:timers/promises'
import {
  ElysiaError,
  layersFor,
  messageOf,
  metricsLibrary,
  metricsOptions,
  type OptionsSchema,
  resolveOptions,
} from '../library.ts'
import type { ObservedCommand, Observer } from './observer.ts'

/** How long to wait for alerts before making the metrics of a command. */
const HEAD_START_MS = 5000

/** Writes the metrics of all runs where the options say, once the command's run is in the history. */
export async function metricsObserver(observed: ObservedCommand): Promise<Observer | undefined> {
  const { command, flags, settings, console } = observed
  if (command.records === undefined || flags.values.dryRun === true) return undefined
  const options = <S extends OptionsSchema>(schema: S) =>
    resolveOptions(schema, layersFor(schema, [flags, ...settings.layers])).options
  const places = options(metricsOptions)
  if (places.metricsTextfile === undefined && places.metricsPush === undefined) return undefined
  const warn = (error: unknown) => {
    const hint = error instanceof ElysiaError && error.hint !== undefined ? `; ${error.hint}` : ''
    console.warn(`${messageOf(error)}${hint}`)
  }
  return {
    async end({ before, deadline }) {
      try {
        // The text reports undelivered alerts: those that a sink takes at once must not count.
        await Promise.race([before, wait(HEAD_START_MS, undefined, { ref: false })])
        const [{ publishMetrics }, { withoutNotes: quietly, withMetrics }] = await Promise.all([
          metricsLibrary(),
          import('../metrics.ts'),
        ])
        const { text } = await withMetrics(quietly({ settings, console, options }), (metrics) => metrics())
        for (const error of await publishMetrics(text, places, { deadline })) warn(error)
      } catch (error) {
        warn(error)
      }
    },
  }
}
