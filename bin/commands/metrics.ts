import type { Command, Context } from '../cli/command.ts'
import { catalogOptions, metricsLibrary, metricsOptions, pluralize } from '../library.ts'
import { withMetrics } from '../metrics.ts'

/** `metrics`: the metrics of the history, for Prometheus. */
export const command: Command = {
  summary: 'print the metrics of all runs for Prometheus',
  alsoKnownAs: ['prometheus'],
  operands: [],
  examples: [
    'elysiactl metrics',
    'elysiactl metrics --json',
    'elysiactl metrics --metrics-textfile /var/lib/node_exporter/textfile/elysiactl.prom',
    'elysiactl metrics --metrics-push http://localhost:9091',
  ],
  schemas: [metricsOptions, catalogOptions],
  document: 'metrics',
  docs: 'docs/monitoring.md',
  run,
}

/** Only destinations on the command line replace stdout; those that a configuration sets for jobs do not. */
async function run(context: Context): Promise<void> {
  const { console, flags } = context
  const { publishMetrics, metricsDocument } = await metricsLibrary()
  const made = await withMetrics(context, (metrics) => metrics())
  if (made.others > 0)
    console.warn(`${pluralize(made.others, 'collection')} are joined as collection="other"`)
  const { metricsTextfile, metricsPush } = flags.values
  if (metricsTextfile !== undefined || metricsPush !== undefined) {
    const { metricsTextfile: file, metricsPush: address } = context.options(metricsOptions)
    const failures = await publishMetrics(made.text, {
      ...(metricsTextfile !== undefined && file !== undefined && { metricsTextfile: file }),
      ...(metricsPush !== undefined && address !== undefined && { metricsPush: address }),
    })
    const [first, ...others] = failures
    for (const { message } of others) console.warn(message)
    if (first !== undefined) throw first
  }
  if (console.json) return console.document(metricsDocument(made))
  if (metricsTextfile === undefined && metricsPush === undefined)
    await console.print(made.text.split('\n').slice(0, -1))
}
