import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  type AlertSettings,
  alertsLibrary,
  type Delivery,
  historyLibrary,
  messageOf,
  type PingedRun,
  type RunEvent,
  type Trigger,
  userPaths,
} from '../library.ts'
import { alertSettingsOf } from './alertSettings.ts'
import { collectionOf } from './history.ts'
import type { CommandEnding, ObservedCommand, Observer } from './observer.ts'
import { sinkContextOf } from './sinks.ts'
import { triggerOf } from './trigger.ts'

/** Commands that do no job, but look at what was done: they send what is due, too. */
const ALSO: readonly string[] = ['runs list', 'runs show', 'report']

/** Sends the alerts that are due when a command ends, and tells dead man's switches of its runs. A dry run sends nothing. */
export async function alertsObserver(observed: ObservedCommand): Promise<Observer | undefined> {
  const { command, flags, settings } = observed
  const isJob = command.records !== undefined && flags.values.dryRun !== true
  if (!isJob && !ALSO.includes(command.name)) return undefined
  const alerts = await alertSettingsOf(settings)
  return alerts && observing(observed, alerts, isJob)
}

async function observing(
  observed: ObservedCommand,
  alerts: AlertSettings,
  isJob: boolean,
): Promise<Observer> {
  const { console, settings } = observed
  const { pingsOf } = await alertsLibrary()
  const pings = pingsOf(alerts, sinkContextOf(settings, console))
  const trigger = triggerOf(process.env, console)
  const done = new Set<string>()
  const began = performance.now()
  let hasBegun = false
  return {
    onEvent(event: RunEvent) {
      if (event.type === 'run_ended' && event.status === 'done') done.add(event.run)
      if (event.type !== 'run_started' || !isJob) return
      hasBegun = true
      const { run, kind, collection = '', target, dry_run: dryRun = false } = event
      pings.started({ run, kind, collection, target, trigger, dryRun })
    },
    async end(ending) {
      if (!hasBegun && isJob && ending.exitCode !== 0) pings.notBegun(notBegun(observed, trigger))
      const why = whyOf(ending)
      const seconds = (performance.now() - began) / 1000
      const end = { exitCode: ending.exitCode, done, seconds, ...(why !== undefined && { why }) }
      const [faults] = await Promise.all([pings.ended(end), sendDue(observed, alerts)])
      for (const fault of faults) console.warn(fault)
    },
  }
}

/** Evaluates the rules that look at runs, and sends what is to be sent. Where no run was ever noted there is nothing to look at. */
async function sendDue({ settings, console }: ObservedCommand, alerts: AlertSettings): Promise<void> {
  const { openHistory, HISTORY_FILE } = await historyLibrary()
  const { ALERTS_FILE, evaluate } = await alertsLibrary()
  const { state } = userPaths()
  const file = join(state, HISTORY_FILE)
  if (!existsSync(file)) return
  try {
    const reader = openHistory(file, { missing: 'memory' })
    const sinks = sinkContextOf(settings, console)
    const options = { settings: alerts, file: join(state, ALERTS_FILE), reader, sinks }
    const { deliveries } = await evaluate(options).finally(() => reader.close())
    for (const delivery of deliveries) sayDelivery(console, delivery)
  } catch (error) {
    console.warn(`alerts were not looked at: ${messageOf(error)}`)
  }
}

/** What became of the messages for one sink. */
export function sayDelivery(
  { warn, detail }: Pick<ObservedCommand['console'], 'warn' | 'detail'>,
  { sink, sent, error }: Delivery,
): void {
  if (sent > 0) detail(`${sent} ${sent === 1 ? 'alert was' : 'alerts were'} sent to ${sink}`)
  if (error !== undefined) warn(`${sink} did not take an alert, which is kept for the next command: ${error}`)
}

/** What a command was to do that failed before it knew more than its words. */
function notBegun(observed: ObservedCommand, trigger: Trigger): PingedRun {
  const kind = observed.command.records ?? ''
  return { run: randomUUID(), kind, collection: collectionOf(observed), target: '', trigger, dryRun: false }
}

function whyOf({ error }: CommandEnding): string | undefined {
  return error === undefined ? undefined : messageOf(error)
}
