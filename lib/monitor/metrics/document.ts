import { type Labels, METRICS, type MetricName } from './metric.ts'
import type { MetricsText } from './source.ts'

/** The metrics as `--json` prints them. */
export interface MetricsDocument {
  readonly metrics: readonly {
    readonly name: MetricName
    readonly type: 'counter' | 'gauge'
    readonly help: string
    readonly values: readonly { readonly labels: Labels; readonly value: number }[]
  }[]
  /** How many collections are joined as `other`. */
  readonly other_collections: number
}

/** Metrics by name, in the order of their table; metrics without a value are left out. */
export function metricsDocument({ groups, others }: Pick<MetricsText, 'groups' | 'others'>): MetricsDocument {
  const metrics = (Object.keys(METRICS) as MetricName[]).flatMap((name) => {
    const values = groups.flatMap(({ labels, values: { [name]: value } }) =>
      value === undefined ? [] : [{ labels, value }],
    )
    const { type, help } = METRICS[name]
    return values.length === 0 ? [] : [{ name, type, help, values }]
  })
  return { metrics, other_collections: others }
}
