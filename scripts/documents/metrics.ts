import Type from 'typebox'
import { LABELS, METRICS } from '../../lib/monitor/metrics/metric.ts'
import { count, document, list, object, one, optional, text } from './parts.ts'

const labels = object(
  'The labels of the metric.',
  Object.fromEntries(LABELS.map((label) => [label, optional(text('The value of this label.'))])),
)

export const metricsDocument = document('metrics', '`metrics --json`.', {
  metrics: list(
    object('A metric.', {
      name: one(Object.keys(METRICS), 'The name of the metric.'),
      type: one(
        ['counter', 'gauge'],
        'counter: a sum that only grows; gauge: a value that goes up and down.',
      ),
      help: text('What the metric measures.'),
      values: list(
        object('One of its values.', {
          labels,
          value: Type.Number({ description: 'The value: seconds, bytes or a count.' }),
        }),
        'The values; each has different labels.',
      ),
    }),
    'The metrics that have a value, in the order of SPEC.md, "Metrics".',
  ),
  other_collections: count('Collections that are combined as `other`.'),
})
