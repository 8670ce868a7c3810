import { randomUUID } from 'node:crypto'
import {
  type AlertSettings,
  alertsLibrary,
  type HeartbeatRun,
  messageOf,
  type RunEvent,
  type Trigger,
} from '../library.ts'
import { alertSettingsOf } from './alertSettings.ts'
import { sendDue, standingFacts, watchRuns } from './dueAlerts.ts'
import { collectionOf, kindOf } from './history.ts'
import type { CommandEnding, ObservedCommand, Observer } from './observer.ts'
import { sinkContextOf } from './sinks.ts'
import { triggerOf } from './trigger.ts'

/** Sends due alerts when a command ends, and tells dead man's switches about its runs. A dry run sends nothing. */
export async function alertsObserver(observed: ObservedCommand): Promise<Observer | undefined> {
  const { command, flags, settings } = observed
  const isJob = command.records !== undefined && flags.values.dryRun !== true
  if (!isJob && command.tellsAlerts !== true) return undefined
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
  const watch = isJob ? watchRuns(observed, alerts) : undefined
  let hasBegun = false
  return {
    onEvent(event: RunEvent) {
      if (event.type === 'stalled' || event.type === 'resumed') watch?.soon()
      if (event.type === 'run_ended' && event.status === 'done') done.add(event.run)
      if (event.type !== 'run_started' || !isJob) return
      hasBegun = true
      const { run, kind, collection = '', target, dry_run: dryRun = false } = event
      pings.started({ run, kind, collection, target, trigger, dryRun })
    },
    async end(ending) {
      const { deadline } = ending
      await watch?.end()
      // The history may wait for another process.
      await ending.before
      if (!hasBegun && isJob && ending.exitCode !== 0) pings.neverStarted(neverStarted(observed, trigger))
      const why = whyOf(ending)
      const seconds = (performance.now() - began) / 1000
      const end = { exitCode: ending.exitCode, done, seconds, ...(why !== undefined && { why }) }
      const standing = isJob ? await standingFacts(observed, alerts) : undefined
      const [faults] = await Promise.all([
        pings.ended(end, deadline),
        sendDue(observed, alerts, { deadline, standing }),
      ])
      for (const fault of faults) console.warn(fault)
    },
  }
}

/** What a command was going to do if it failed before it knew more than its words. */
function neverStarted(observed: ObservedCommand, trigger: Trigger): HeartbeatRun {
  const kind = kindOf(observed)
  return { run: randomUUID(), kind, collection: collectionOf(observed), target: '', trigger, dryRun: false }
}

function whyOf({ error }: CommandEnding): string | undefined {
  return error === undefined ? undefined : messageOf(error)
}
