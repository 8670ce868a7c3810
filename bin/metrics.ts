import type { Context } from './cli/command.ts'
import { addressOf, type MetricsSource, metricsLibrary, metricsListenOptions } from './library.ts'
import { withMonitor } from './monitor.ts'

type MetricsContext = Pick<Context, 'console' | 'options' | 'settings'>

/**
 * Works with the metrics of this user's history. Needs what `withMonitor` needs.
 * @throws ElysiaError as `withMonitor`
 */
export async function withMetrics<T>(
  context: MetricsContext,
  work: (metrics: MetricsSource) => Promise<T>,
): Promise<T> {
  const { metricsSource } = await metricsLibrary()
  return withMonitor(context, ({ history, report }) => work(metricsSource({ reader: history, report })))
}

/**
 * Does the work, and serves the metrics meanwhile if --metrics-listen asks for it. `work` calls `ready` once it has
 * really begun.
 * @throws ElysiaError ELYSIA_STATE if the address is not available, before the work begins; what the work throws
 */
export async function servingMetrics(
  context: MetricsContext,
  work: (ready: () => void) => Promise<void>,
): Promise<void> {
  const { metricsListen } = context.options(metricsListenOptions)
  if (metricsListen === undefined) return work(() => {})
  await withMetrics(withoutNotes(context), async (metrics) => {
    const { processMetrics, serveMetrics } = await metricsLibrary()
    const ofProcess = await processMetrics()
    let isReady = false
    const server = await serveMetrics(addressOf(metricsListen, '--metrics-listen'), {
      metrics: async () => `${(await metrics()).text}${await ofProcess()}`,
      isReady: () => isReady,
    })
    context.console.note(`metrics: ${server.url}/metrics`)
    const ready = () => {
      isReady = true
    }
    await work(ready).finally(server.close)
  })
}

/** The context without notes: commands about the catalog report what it finds out. */
export function withoutNotes({ console, options, settings }: MetricsContext): MetricsContext {
  return { options, settings, console: { ...console, note: () => {}, detail: () => {} } }
}
