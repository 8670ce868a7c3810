import type { SqliteDatabase } from '../../database/connection.ts'
import { sqliteCode, sqliteFailure } from '../../database/errors.ts'
import type { HistoryReader } from '../history/entry.ts'
import type { AlertSettings, Rule } from './config/settings.ts'
import { type Delivery, deliver, type Limits } from './deliver.ts'
import type { AlertMessage } from './messageSchema.ts'
import type { ReportedFacts } from './rule/evidence.ts'
import { look } from './rule/look.ts'
import { isPing, openSink, type SinkContext } from './sink/sinks.ts'
import { type Undelivered, undelivered } from './state/outbox.ts'
import { type KnownAlert, knownAlerts, takeIn, watchedAlerts } from './state/store.ts'
import { forgotten, inMemory, isBusy, openAlerts } from './state/tables.ts'

/** What alerts are made of, and how they are sent. */
export interface EvaluateOptions {
  readonly settings: AlertSettings
  /** Where alerts are remembered: `alertsFile`. */
  readonly file: string
  readonly reader: HistoryReader
  /** Rules that need what of it is not known (missed, throughput, disk_free, damage) are left as they were. */
  readonly report?: ReportedFacts
  /** True to look at all that was ever run, rather than at the newest runs: after the first time, once an hour is enough. */
  readonly whole?: boolean
  /** True of a reader that knows only runs which the history does not: what is wrong with them is sent, and not remembered. */
  readonly isApart?: boolean
  readonly sinks: SinkContext
  readonly limits?: Limits
  /** When nothing is sent any more, on the clock of `performance`, if that comes before the limits do. */
  readonly deadline?: number
  readonly signal?: AbortSignal
  readonly now?: () => number
}

/** What an evaluation came to. */
export interface Evaluated {
  /** Alerts that hold now, those that do so for too short a time included. */
  readonly alerts: readonly KnownAlert[]
  /** Messages that were made. */
  readonly made: readonly AlertMessage[]
  readonly deliveries: readonly Delivery[]
  /** What no sink has taken yet. */
  readonly undelivered: readonly Undelivered[]
}

/**
 * Looks what holds of the rules, and sends what is to be sent, once, however many processes do the same at the same time; and
 * what earlier ones could not send. Takes at most the 20 s of `limits`.
 * @throws ElysiaError ELYSIA_LOCKED, ELYSIA_STORE where the history or the alerts cannot be used; never for a sink
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluated> {
  const { settings, sinks: context, limits, deadline, signal, now = Date.now } = options
  let database = options.isApart === true ? forgotten() : openAlerts(options.file, context.warn)
  try {
    let made: AlertMessage[]
    try {
      made = lookAndTakeIn(database, options, now)
    } catch (error) {
      if (sqliteCode(error) === undefined || isBusy(error)) throw error
      // A full disk is when alerts are needed most.
      database.close()
      database = inMemory(options.file, error, context.warn)
      made = lookAndTakeIn(database, options, now)
    }
    const open = (name: string) =>
      openSink(settings.sinks.find((sink) => sink.name === name)!, settings.sinks, context)
    const names = settings.sinks.filter((sink) => !isPing(sink)).map(({ name }) => name)
    const until = deadline === undefined ? {} : { deadline }
    const deliveries = await deliver(database, names, open, {
      signal,
      now,
      ...until,
      ...(limits && { limits }),
    })
    return { alerts: knownAlerts(database), made, deliveries, undelivered: undelivered(database) }
  } catch (error) {
    throw sqliteFailure(error, options.file)
  } finally {
    database.close()
  }
}

/** Rules that one run alone may break. */
const OF_ONE_RUN: readonly Rule['when'][] = ['failed', 'rejects', 'memory']

function lookAndTakeIn(
  database: SqliteDatabase,
  { settings, reader, report, whole = false, isApart = false }: EvaluateOptions,
  now: () => number,
): AlertMessage[] {
  const asOf = now()
  const evidence = { reader, now: asOf, whole, ...(report && { report }) }
  const rules = isApart ? settings.rules.filter(({ when }) => OF_ONE_RUN.includes(when)) : settings.rules
  const findings = look(rules, evidence, watchedAlerts(database))
  return takeIn(database, settings, findings, { now: now(), asOf })
}
