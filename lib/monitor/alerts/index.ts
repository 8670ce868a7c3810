/** Everything that the command, the dashboard and `auto` need from alerts, loaded together on first use. */

export { readAlertSettings } from './config/read.ts'
export type { AlertSettings } from './config/settings.ts'
export type { Delivery } from './deliver.ts'
export { type AlertEvaluation, type EvaluateOptions, evaluate } from './evaluate.ts'
export type { AlertMessage } from './messageSchema.ts'
export { type CommandEnd, type HeartbeatRun, type Pings, pingsOf } from './pings.ts'
export { type SentReport, sendReport } from './sendReport.ts'
export type { SinkContext } from './sink/sinks.ts'
export type { UndeliveredMessages } from './state/outbox.ts'
export {
  ALERTS_FILE,
  type FiringAlert,
  firingAlert,
  readStoredAlerts,
  type StoredAlerts,
  undeliveredCount,
} from './storedAlerts.ts'
export { type SinkTestResult, testSinks } from './testSinks.ts'
