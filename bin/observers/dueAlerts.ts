import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  type AlertEvaluation,
  type AlertSettings,
  alertsLibrary,
  type Delivery,
  historyLibrary,
  layersFor,
  type MonitorReport,
  messageOf,
  type OptionsSchema,
  resolveOptions,
  type StandingFacts,
  userPaths,
} from '../library.ts'
import { alertsFile } from './alertSettings.ts'
import type { ObservedCommand } from './observer.ts'
import { sinkContextOf } from './sinks.ts'
import { unwrittenRuns } from './unwrittenRuns.ts'

type ObservedContext = Pick<ObservedCommand, 'settings' | 'console'>

/** When to give up sending: with the signal, and at a time on the clock of `performance`. */
interface SendLimits {
  readonly signal?: AbortSignal
  readonly deadline?: number
  /** What is missed, damaged, full and slower, for the rules about that. */
  readonly standing?: StandingFacts | undefined
}

/** Rules that hold even if nothing was run. */
const STANDING: readonly string[] = ['missed', 'damage', 'disk_free', 'throughput']

/** The facts for these rules at the end of a job; undefined if there are no such rules, or the facts are unknown. */
export async function standingFacts(
  { settings, console, flags }: ObservedCommand,
  { rules }: AlertSettings,
): Promise<StandingFacts | undefined> {
  if (!rules.some(({ when }) => STANDING.includes(when))) return undefined
  const options = <S extends OptionsSchema>(schema: S) =>
    resolveOptions(schema, layersFor(schema, [flags, ...settings.layers])).options
  try {
    const [{ withMonitor }, { withoutNotes: quietly }] = await Promise.all([
      import('../monitor.ts'),
      import('../metrics.ts'),
    ])
    return await withMonitor(quietly({ settings, console, options }), ({ standing }) =>
      standing({ trends: rules.some(({ when }) => when === 'throughput') }),
    )
  } catch (error) {
    console.detail(`missed jobs could not be checked: ${messageOf(error)}`)
    return undefined
  }
}

/** Rules about running jobs, which are checked meanwhile. */
const OF_RUNNING: readonly string[] = ['memory', 'stall']
const EVERY_MS = 60_000
/** Events of a run are in the history a second later at most. */
const NOTED_MS = 1500

/** Evaluates rules, and sends what is due. With `report`: all rules, and every run ever recorded. */
export async function evaluateAlerts(
  { settings, console }: ObservedContext,
  alerts: AlertSettings,
  { report, standing, ...sending }: { readonly report?: MonitorReport } & SendLimits = {},
): Promise<AlertEvaluation> {
  const { openHistory, HISTORY_FILE } = await historyLibrary()
  const { evaluate } = await alertsLibrary()
  const reader = openHistory(join(userPaths().state, HISTORY_FILE), { missing: 'memory' })
  try {
    const evaluated = await evaluate({
      ...{ settings: alerts, file: alertsFile(), reader, sinks: sinkContextOf(settings, console) },
      ...(standing !== undefined && { report: standing }),
      ...(report !== undefined && { report, whole: true }),
      ...sending,
    })
    for (const delivery of evaluated.deliveries) sayDelivery(console, delivery)
    return evaluated
  } finally {
    reader.close()
  }
}

/** Sends what is due by the rules about runs. Without any recorded run there is nothing to check. Never throws. */
export async function sendDue(
  observed: ObservedContext,
  alerts: AlertSettings,
  sending: SendLimits = {},
): Promise<void> {
  const unwritten = sendUnwritten(observed, alerts, sending)
  await Promise.all([
    unwritten.catch((error) => observed.console.detail(messageOf(error))),
    sendWritten(observed, alerts, sending),
  ])
}

async function sendWritten(
  observed: ObservedContext,
  alerts: AlertSettings,
  sending: SendLimits,
): Promise<void> {
  const { HISTORY_FILE } = await historyLibrary()
  if (!existsSync(join(userPaths().state, HISTORY_FILE))) return
  try {
    await evaluateAlerts(observed, alerts, sending)
  } catch (error) {
    observed.console.warn(`alerts could not be checked: ${messageOf(error)}`)
  }
}

/** Reports the failures of runs that could not be written to the history, as on a full disk. */
async function sendUnwritten(
  { settings, console }: ObservedContext,
  alerts: AlertSettings,
  sending: SendLimits,
): Promise<void> {
  const runs = unwrittenRuns()
  if (runs.length === 0) return
  const { openHistory } = await historyLibrary()
  const { evaluate } = await alertsLibrary()
  // There is no such file: a database in memory replaces it.
  const reader = openHistory(join(alertsFile(), 'none'), { missing: 'memory' })
  try {
    for (const run of runs) reader.put(run)
    const sinks = sinkContextOf(settings, console)
    const options = { settings: alerts, file: alertsFile(), reader, sinks, isApart: true }
    const { standing: _, ...rest } = sending
    const { deliveries } = await evaluate({ ...options, ...rest })
    for (const { sink, error } of deliveries)
      if (error !== undefined) console.warn(`${sink} did not accept an alert, which is lost: ${error}`)
  } finally {
    reader.close()
  }
}

/** Checks a run while it is running, if a rule concerns that. */
export interface DueWatch {
  /** Something has happened that may concern a rule. */
  soon(): void
  /** Stops checking; resolves once nothing is being sent. */
  end(): Promise<void>
}

/** Calls `work` every minute, and soon after a request; one call at a time. Keeps no process alive. */
export function watchDue(work: (signal: AbortSignal) => Promise<void>): DueWatch {
  const ending = new AbortController()
  let soon: NodeJS.Timeout | undefined
  let current: Promise<void> | undefined
  const look = () => {
    current ??= work(ending.signal).finally(() => {
      current = undefined
    })
  }
  const timer = setInterval(look, EVERY_MS).unref()
  return {
    soon() {
      clearTimeout(soon)
      soon = setTimeout(look, NOTED_MS).unref()
    },
    async end() {
      clearInterval(timer)
      clearTimeout(soon)
      ending.abort()
      await current?.catch(() => {})
    },
  }
}

/** Checks the runs of this command while they are running; does nothing if no rule concerns that. */
export function watchRuns(observed: ObservedContext, alerts: AlertSettings): DueWatch | undefined {
  if (!alerts.rules.some(({ when }) => OF_RUNNING.includes(when))) return undefined
  return watchDue((signal) => sendDue(observed, alerts, { signal }))
}

/** Reports the result of sending to one sink. */
function sayDelivery({ warn, detail }: ObservedContext['console'], { sink, sent, error }: Delivery): void {
  if (sent > 0) detail(`${sent} ${sent === 1 ? 'alert was' : 'alerts were'} sent to ${sink}`)
  if (error !== undefined) warn(`${sink} did not accept an alert, and the next command tries again: ${error}`)
}
