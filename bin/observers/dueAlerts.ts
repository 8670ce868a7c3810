import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  type AlertSettings,
  alertsLibrary,
  type Delivery,
  type Evaluated,
  historyLibrary,
  layersFor,
  type MonitorReport,
  messageOf,
  type OptionsSchema,
  resolve,
  type StandingFacts,
  userPaths,
} from '../library.ts'
import { alertsFile } from './alertSettings.ts'
import type { ObservedCommand } from './observer.ts'
import { sinkContextOf } from './sinks.ts'
import { unwrittenRuns } from './unwritten.ts'

type Observed = Pick<ObservedCommand, 'settings' | 'console'>

/** When sending is given up: with the signal, and at a time on the clock of `performance`. */
interface Sending {
  readonly signal?: AbortSignal
  readonly deadline?: number
  /** What is missed, damaged and full, for the rules of that. */
  readonly standing?: StandingFacts | undefined
}

/** Rules of what holds whether or not anything was run. */
const STANDING: readonly string[] = ['missed', 'damage', 'disk_free']

/** What these rules are judged by at the end of a job; undefined where there is none of them, or it cannot be known. */
export async function standingFacts(
  { settings, console, flags }: ObservedCommand,
  { rules }: AlertSettings,
): Promise<StandingFacts | undefined> {
  if (!rules.some(({ when }) => STANDING.includes(when))) return undefined
  const options = <S extends OptionsSchema>(schema: S) =>
    resolve(schema, layersFor(schema, [flags, ...settings.layers])).options
  try {
    const [{ withMonitor }, { quietly }] = await Promise.all([
      import('../monitor.ts'),
      import('../metrics.ts'),
    ])
    return await withMonitor(quietly({ settings, console, options }), ({ standing }) => standing())
  } catch (error) {
    console.detail(`what is missed was not looked at: ${messageOf(error)}`)
    return undefined
  }
}

/** Rules that hold of a run that goes on: they are looked at meanwhile. */
const OF_RUNNING: readonly string[] = ['memory', 'stall']
const EVERY_MS = 60_000
/** What a run says of itself is in the history a second later at most. */
const NOTED_MS = 1500

/** Looks at rules, and sends what is to be sent. `report`: at all rules, and at all that was ever run. */
export async function evaluateAlerts(
  { settings, console }: Observed,
  alerts: AlertSettings,
  { report, standing, ...sending }: { readonly report?: MonitorReport } & Sending = {},
): Promise<Evaluated> {
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

/** Sends what is due by the rules that look at runs. Where no run was ever noted there is nothing to look at. Throws nothing. */
export async function sendDue(
  observed: Observed,
  alerts: AlertSettings,
  sending: Sending = {},
): Promise<void> {
  const unwritten = sendUnwritten(observed, alerts, sending)
  await Promise.all([
    unwritten.catch((error) => observed.console.detail(messageOf(error))),
    sendWritten(observed, alerts, sending),
  ])
}

async function sendWritten(observed: Observed, alerts: AlertSettings, sending: Sending): Promise<void> {
  const { HISTORY_FILE } = await historyLibrary()
  if (!existsSync(join(userPaths().state, HISTORY_FILE))) return
  try {
    await evaluateAlerts(observed, alerts, sending)
  } catch (error) {
    observed.console.warn(`alerts were not looked at: ${messageOf(error)}`)
  }
}

/** A full disk keeps a run out of the history: that it failed is told all the same. */
async function sendUnwritten(
  { settings, console }: Observed,
  alerts: AlertSettings,
  sending: Sending,
): Promise<void> {
  const runs = unwrittenRuns()
  if (runs.length === 0) return
  const { openHistory } = await historyLibrary()
  const { evaluate } = await alertsLibrary()
  // There is no such file: what stands in for it lies in memory.
  const reader = openHistory(join(alertsFile(), 'none'), { missing: 'memory' })
  try {
    for (const run of runs) reader.put(run)
    const sinks = sinkContextOf(settings, console)
    const options = { settings: alerts, file: alertsFile(), reader, sinks, isApart: true }
    const { standing: _, ...rest } = sending
    const { deliveries } = await evaluate({ ...options, ...rest })
    for (const { sink, error } of deliveries)
      if (error !== undefined) console.warn(`${sink} did not take an alert, which is not kept: ${error}`)
  } finally {
    reader.close()
  }
}

/** Looks at a run while it goes on, where a rule is of that. */
export interface DueWatch {
  /** Something has happened that a rule may be of. */
  soon(): void
  /** Looks no more; resolves once nothing is being sent. */
  end(): Promise<void>
}

/** Does what `work` says every minute, and soon after it is asked to; one at a time. Keeps no process alive. */
export function watching(work: (signal: AbortSignal) => Promise<void>): DueWatch {
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

/** Looks at the runs of this command while they go on; nothing where no rule is of that. */
export function watchRuns(observed: Observed, alerts: AlertSettings): DueWatch | undefined {
  if (!alerts.rules.some(({ when }) => OF_RUNNING.includes(when))) return undefined
  return watching((signal) => sendDue(observed, alerts, { signal }))
}

/** What became of the messages for one sink. */
function sayDelivery({ warn, detail }: Observed['console'], { sink, sent, error }: Delivery): void {
  if (sent > 0) detail(`${sent} ${sent === 1 ? 'alert was' : 'alerts were'} sent to ${sink}`)
  if (error !== undefined) warn(`${sink} did not take an alert, which is kept for the next command: ${error}`)
}
