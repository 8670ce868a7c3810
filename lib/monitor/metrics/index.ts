/** Everything that the command needs for metrics, loaded together on first use. */

export { metricsDocument } from './document.ts'
export { processMetrics } from './exposition.ts'
export { leaveMetrics } from './leave.ts'
export { serveMetrics } from './serve.ts'
export { metricsSource } from './source.ts'
