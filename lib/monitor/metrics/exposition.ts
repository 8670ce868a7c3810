import { collectDefaultMetrics, type Metric, Registry } from 'prom-client'
import { METRICS, type MetricName, type Sample } from './metric.ts'

/** The content type for Prometheus. */
export const CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE

/**
 * Samples in the text format of Prometheus, in the order of the metrics table. Metrics without a sample are left out.
 * Memory: the text, about 90 bytes a sample. Samples must have distinct names and labels.
 */
export async function exposition(samples: readonly Sample[]): Promise<string> {
  const registry = new Registry()
  for (const [name, found] of byName(samples)) {
    const { type, help } = METRICS[name]
    // Shared label objects are written once, however many samples use them.
    const values = found.map(({ labels, value }) => ({ value, labels: NONE, sharedLabels: labels }))
    registry.registerMetric({
      name,
      get: () => ({ name, help, type, values, aggregator: 'sum' }),
    } as unknown as Metric)
  }
  return registry.metrics()
}

const NONE = {}

function byName(samples: readonly Sample[]): Map<MetricName, Sample[]> {
  const found = new Map((Object.keys(METRICS) as MetricName[]).map((name) => [name, [] as Sample[]]))
  for (const sample of samples) found.get(sample.name)!.push(sample)
  return new Map([...found].filter(([, all]) => all.length > 0))
}

/**
 * Metrics of the process itself: processor, memory, event loop. Leaves out those with labels of their own, or with
 * names that `promtool check metrics` refuses. Call it once in a process.
 */
export function processMetrics(): () => Promise<string> {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const metric of registry.getMetricsAsArray()) {
    const { name, type, labelNames } = metric as unknown as Described
    if (labelNames.length > 0 || (name.endsWith('_total') && type !== 'counter'))
      registry.removeSingleMetric(name)
  }
  return () => registry.metrics()
}

interface Described {
  readonly name: string
  readonly type: string
  readonly labelNames: readonly string[]
}
