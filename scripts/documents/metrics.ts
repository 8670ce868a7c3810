import Type from 'typebox'
import { LABELS, METRICS } from '../../lib/monitor/metrics/metric.ts'
import { count, document, list, object, one, optional, text } from './parts.ts'

const labels = object(
  'The labels of the metric.',
  Object.fromEntries(LABELS.map((label) => [label, optional(text('As the metric is labelled.'))])),
)

export const metricsDocument = document('metrics', '`metrics --json`.', {
  metrics: list(
    object('A metric.', {
      name: one(Object.keys(METRICS), 'Its name.'),
      type: one(['counter', 'gauge'], 'What it is: a sum that only grows, or a value that goes up and down.'),
      help: text('What it says.'),
      values: list(
        object('One of its values.', {
          labels,
          value: Type.Number({ description: 'In seconds, bytes, or as a number.' }),
        }),
        'No two have the same labels.',
      ),
    }),
    'Those that have a value, in the order of SPEC.md, "Metrics".',
  ),
  other_collections: count('Collections that are joined as `other`.'),
})
