import { join } from 'node:path'
import type { Context } from './cli/command.ts'
import {
  historyLibrary,
  type MetricsSource,
  metricsLibrary,
  metricsListenOptions,
  userPaths,
} from './library.ts'

/** Works with the metrics of this user's history. */
export async function withMetrics<T>(work: (metrics: MetricsSource) => Promise<T>): Promise<T> {
  const [{ openHistory, HISTORY_FILE }, { metricsSource }] = await Promise.all([
    historyLibrary(),
    metricsLibrary(),
  ])
  const history = openHistory(join(userPaths().state, HISTORY_FILE), { missing: 'memory' })
  try {
    return await work(metricsSource({ reader: history }))
  } finally {
    history.close()
  }
}

/**
 * Works, and serves the metrics meanwhile where --metrics-listen asks for it. `work` calls `ready` once it has begun in
 * earnest. @throws ElysiaError ELYSIA_STATE where the address cannot be had, before the work begins; what the work throws
 */
export async function servingMetrics(
  context: Pick<Context, 'options' | 'console'>,
  work: (ready: () => void) => Promise<void>,
): Promise<void> {
  const { metricsListen } = context.options(metricsListenOptions)
  if (metricsListen === undefined) return work(() => {})
  await withMetrics(async (metrics) => {
    const { listenOf, processMetrics, serveMetrics } = await metricsLibrary()
    const ofProcess = processMetrics()
    let isReady = false
    const server = await serveMetrics(listenOf(metricsListen)!, {
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
