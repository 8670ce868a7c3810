import { collectDefaultMetrics, type Metric, Registry } from 'prom-client'
import { METRICS, type MetricName, type Sample } from './metric.ts'

/** What Prometheus is told that the text is. */
export const CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE

/**
 * Samples in the text format of Prometheus, the metrics in the order of their table. Metrics without a sample are left
 * out. Memory: the text, about 90 bytes a sample. No two samples may have the same name and labels.
 */
export async function exposition(samples: readonly Sample[]): Promise<string> {
  const registry = new Registry()
  for (const [name, found] of byName(samples)) {
    const { type, help } = METRICS[name]
    // Shared labels are written once for each object, however many samples have it.
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
 * What the process itself says: processor, memory, event loop. Those with labels of their own, or with names that
 * `promtool check metrics` refuses, are left out. Call it once in a process.
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
