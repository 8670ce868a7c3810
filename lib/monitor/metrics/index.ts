/** All that the command needs of metrics, loaded together when it is called. */

export { metricsDocument } from './document.ts'
export { processMetrics } from './exposition.ts'
export { leaveMetrics } from './leave.ts'
export { serveMetrics } from './serve.ts'
export { metricsSource } from './source.ts'
