import type { SqliteDatabase } from '../../database/connection.ts'
import { sqliteCode, sqliteFailure } from '../../database/errors.ts'
import type { HistoryReader } from '../history/entry.ts'
import type { AlertSettings, Rule } from './config/settings.ts'
import { type Delivery, deliverMessages, type Limits } from './deliver.ts'
import type { AlertMessage } from './messageSchema.ts'
import { evaluateRules } from './rule/evaluateRules.ts'
import type { ReportedFacts } from './rule/evidence.ts'
import { isPing, openSink, type SinkContext } from './sink/sinks.ts'
import { type UndeliveredMessages, waitingMessages } from './state/outbox.ts'
import { applyFindings, type KnownAlert, knownAlerts, watchedAlerts } from './state/store.ts'
import { alertsInMemory, isBusy, openAlerts, openInMemory } from './state/tables.ts'

/** The facts that alerts are made from, and how to send them. */
export interface EvaluateOptions {
  readonly settings: AlertSettings
  /** Path of the database that remembers alerts: `alertsFile`. */
  readonly file: string
  readonly reader: HistoryReader
  /** Rules whose facts are absent here (missed, throughput, disk_free, damage) keep their state. */
  readonly report?: ReportedFacts
  /**
   * True to look at every run ever recorded instead of the newest ones: needed the first time, then about once an hour.
   */
  readonly whole?: boolean
  /** True if the reader knows only runs that the history lacks: their alerts are sent, but not remembered. */
  readonly isApart?: boolean
  readonly sinks: SinkContext
  readonly limits?: Limits
  /** When to stop sending, on the clock of `performance`, if that comes before the limits do. */
  readonly deadline?: number
  readonly signal?: AbortSignal
  readonly now?: () => number
}

/** The result of an evaluation. */
export interface AlertEvaluation {
  /** Alerts that hold now, including those that are still pending. */
  readonly alerts: readonly KnownAlert[]
  /** Messages made by this evaluation. */
  readonly made: readonly AlertMessage[]
  readonly deliveries: readonly Delivery[]
  /** Messages that no sink has taken yet. */
  readonly undelivered: readonly UndeliveredMessages[]
}

/**
 * Evaluates the rules and sends what is new, once, however many processes do so at the same time; also sends what
 * earlier processes could not. Takes at most the 20 s of `limits`.
 * @throws ElysiaError ELYSIA_LOCKED, ELYSIA_STORE if the history or the alerts cannot be used; never because of a sink
 */
export async function evaluate(options: EvaluateOptions): Promise<AlertEvaluation> {
  const { settings, sinks: context, limits, deadline, signal, now = Date.now } = options
  let database = options.isApart === true ? openInMemory() : openAlerts(options.file, context.warn)
  try {
    let made: AlertMessage[]
    try {
      made = lookAndTakeIn(database, options, now)
    } catch (error) {
      if (sqliteCode(error) === undefined || isBusy(error)) throw error
      // A full disk is when alerts are needed most.
      database.close()
      database = alertsInMemory(options.file, error, context.warn)
      made = lookAndTakeIn(database, options, now)
    }
    const open = (name: string) =>
      openSink(settings.sinks.find((sink) => sink.name === name)!, settings.sinks, context)
    const names = settings.sinks.filter((sink) => !isPing(sink)).map(({ name }) => name)
    const until = deadline === undefined ? {} : { deadline }
    const deliveries = await deliverMessages(database, names, open, {
      signal,
      now,
      ...until,
      ...(limits && { limits }),
    })
    return { alerts: knownAlerts(database), made, deliveries, undelivered: waitingMessages(database) }
  } catch (error) {
    throw sqliteFailure(error, options.file)
  } finally {
    database.close()
  }
}

/** Rules that a single run can break. */
const OF_ONE_RUN: readonly Rule['when'][] = ['failed', 'rejects', 'memory']

function lookAndTakeIn(
  database: SqliteDatabase,
  { settings, reader, report, whole = false, isApart = false }: EvaluateOptions,
  now: () => number,
): AlertMessage[] {
  const asOf = now()
  const evidence = { reader, now: asOf, whole, ...(report && { report }) }
  const rules = isApart ? settings.rules.filter(({ when }) => OF_ONE_RUN.includes(when)) : settings.rules
  const findings = evaluateRules(rules, evidence, watchedAlerts(database))
  return applyFindings(database, settings, findings, { now: now(), asOf })
}
