import { randomUUID } from 'node:crypto'
import { ElysiaError } from '../../core/errors.ts'
import type { MonitorReport } from '../report/schema.ts'
import type { AlertSettings } from './config/settings.ts'
import { type Delivery, deliverMessages, type Limits } from './deliver.ts'
import { reportMessage } from './message.ts'
import { isPing, openSink, type SinkContext } from './sink/sinks.ts'
import { waitingMessages } from './state/outbox.ts'
import { queueReport } from './state/store.ts'
import { openAlerts } from './state/tables.ts'

interface SendReportOptions {
  readonly settings: AlertSettings
  readonly file: string
  readonly report: MonitorReport
  readonly sinks: SinkContext
  readonly limits?: Limits
  readonly signal?: AbortSignal
}

/** The result of sending a report. */
export interface SentReport {
  readonly deliveries: readonly Delivery[]
  /** Names of sinks with waiting messages. */
  readonly waiting: readonly string[]
}

/**
 * Sends the summary of a report through all sinks except Alertmanager, for which it is no alert, and dead man's
 * switches. A sink that does not take it gets it later, instead of an older report.
 * @throws ElysiaError ELYSIA_USAGE if there is no such sink
 */
export async function sendReport(options: SendReportOptions): Promise<SentReport> {
  const { settings, file, report, sinks: context, limits, signal } = options
  const takers = settings.sinks.filter((sink) => !isPing(sink) && sink.type !== 'alertmanager')
  if (takers.length === 0) {
    throw new ElysiaError('ELYSIA_USAGE', 'no sink of the configuration takes a report', {
      hint: 'webhook, slack, teams, command, file and stderr do: see docs/monitoring.md',
    })
  }
  const database = openAlerts(file, context.warn)
  try {
    const now = Date.now()
    const message = reportMessage(report, randomUUID(), now)
    const names = takers.map(({ name }) => name)
    for (const name of names) queueReport(database, name, message, now)
    const open = (name: string) =>
      openSink(takers.find((sink) => sink.name === name)!, settings.sinks, context)
    const deliveries = await deliverMessages(database, names, open, { signal, ...(limits && { limits }) })
    const waiting = waitingMessages(database).map(({ sink }) => sink)
    return { deliveries, waiting: waiting.filter((sink) => names.includes(sink)) }
  } finally {
    database.close()
  }
}
