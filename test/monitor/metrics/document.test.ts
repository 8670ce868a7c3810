// The metrics as a program reads them.
import t from 'tap'
import { metricsDocument } from '../../../lib/monitor/metrics/document.ts'
import { METRICS } from '../../../lib/monitor/metrics/metric.ts'
import { metricsSource } from '../../../lib/monitor/metrics/source.ts'
import { entry, figures, fullReport, history } from './madeUp.ts'

t.test('has every value of the text, by metric', async (t) => {
  const made = await metricsSource({ reader: history([figures(entry())]), report: fullReport })()
  const { metrics, other_collections: others } = metricsDocument(made)
  t.equal(others, 0)
  const lines = made.text.split('\n').filter((line) => line.startsWith('elysiactl_'))
  t.equal(metrics.flatMap(({ values }) => values).length, lines.length)
  for (const { name, type, help } of metrics) t.match(METRICS[name], { type, help }, name)
  const runs = metrics.find(({ name }) => name === 'elysiactl_runs_total')
  const labels = { kind: 'backup', collection: 'Article', target: 'http://localhost:8080', code: 'done' }
  t.strictSame(runs?.values, [{ labels, value: 1 }])
})
