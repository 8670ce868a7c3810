/** All that the command needs of metrics, loaded together when it is called. */

export { gatewayOf } from './gateway.ts'
export { listenOf } from './listen.ts'
export { pushMetrics } from './push.ts'
export { serveMetrics } from './serve.ts'
export { metricsSource } from './source.ts'
export { writeTextfile } from './textfile.ts'
