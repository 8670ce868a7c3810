import { collectDefaultMetrics, Registry } from 'prom-client'

/**
 * Metrics of the process itself: processor, memory, event loop. Leaves out those with labels of their own, or with
 * names that `promtool check metrics` refuses. Call it once in a process.
 */
export function processMetrics(): () => Promise<string> {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const metric of registry.getMetricsAsArray()) {
    const { name, type, labelNames } = metric as unknown as MetricDescription
    if (labelNames.length > 0 || (name.endsWith('_total') && type !== 'counter'))
      registry.removeSingleMetric(name)
  }
  return () => registry.metrics()
}

interface MetricDescription {
  readonly name: string
  readonly type: string
  readonly labelNames: readonly string[]
}
