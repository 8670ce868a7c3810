/** Everything that the command needs for metrics, loaded together on first use. */

export { metricsDocument } from './document.ts'
export { publishMetrics } from './publish.ts'
export { processMetrics, serveMetrics } from './serve.ts'
export { metricsSource } from './source.ts'
