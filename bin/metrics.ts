import type { Context } from './cli/command.ts'
import { addressOf, type MetricsSource, metricsLibrary, metricsListenOptions } from './library.ts'
import { withMonitor } from './monitor.ts'

type Looking = Pick<Context, 'console' | 'options' | 'settings'>

/**
 * Works with the metrics of this user's history. Needs what `withMonitor` needs.
 * @throws ElysiaError as `withMonitor`
 */
export async function withMetrics<T>(
  context: Looking,
  work: (metrics: MetricsSource) => Promise<T>,
): Promise<T> {
  const { metricsSource } = await metricsLibrary()
  return withMonitor(context, ({ history, report }) => work(metricsSource({ reader: history, report })))
}

/**
 * Works, and serves the metrics meanwhile where --metrics-listen asks for it. `work` calls `ready` once it has begun in
 * earnest. @throws ElysiaError ELYSIA_STATE where the address cannot be had, before the work begins; what the work throws
 */
export async function servingMetrics(
  context: Looking,
  work: (ready: () => void) => Promise<void>,
): Promise<void> {
  const { metricsListen } = context.options(metricsListenOptions)
  if (metricsListen === undefined) return work(() => {})
  await withMetrics(quietly(context), async (metrics) => {
    const { processMetrics, serveMetrics } = await metricsLibrary()
    const ofProcess = processMetrics()
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

/** What is looked with, without notes: what the catalog finds out meanwhile is told by the commands that are about it. */
export function quietly({ console, options, settings }: Looking): Looking {
  return { options, settings, console: { ...console, note: () => {}, detail: () => {} } }
}
