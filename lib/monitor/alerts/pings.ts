import { messageOf } from '../../core/errors.ts'
import { nameUuid } from '../../core/value/nameUuid.ts'
import type { Trigger } from '../history/entry.ts'
import type { AlertSettings, RunSubject, SinkSetting } from './config/settings.ts'
import { LIMITS, type Limits, sendTo } from './deliver.ts'
import type { Ping, RunPing } from './sink/sink.ts'
import { isPing, openPing, type SinkContext } from './sink/sinks.ts'

/** A run of this command, as dead man's switches see it. */
export interface HeartbeatRun extends RunSubject {
  readonly run: string
  readonly trigger: Trigger
  /** Nothing is written: the run does not do what the switch waits for. */
  readonly dryRun: boolean
}

/** How a command and its runs ended. */
export interface CommandEnd {
  readonly exitCode: number
  /** Ids of the runs that finished. */
  readonly done: ReadonlySet<string>
  readonly seconds: number
  /** What went wrong, as a sentence. */
  readonly why?: string
}

/** The dead man's switches of one command. */
export interface Pings {
  /** Tells the matching switches that a run has begun, without waiting for them. */
  started(run: HeartbeatRun): void
  /** Notes a run that could not even begin, so that its switches are told how the command ends. */
  neverStarted(run: HeartbeatRun): void
  /**
   * Tells each switch that was told of a run how the command ended. Resolves with the failures as sentences; gives up at
   * `deadline` (on the clock of `performance`). Nothing is kept for later: a switch that is told nothing raises the alarm
   * itself, and late news would mislead it.
   */
  ended(end: CommandEnd, deadline?: number): Promise<string[]>
}

/** The UUID namespace in which a run's `rid` is made. */
const NAMESPACE = '0f2d6d8e-7f0b-4c55-9a2c-4f6e0a1b7c3d'

/** One switch, and what this command has to tell it. */
interface Switch {
  readonly setting: SinkSetting
  readonly runs: HeartbeatRun[]
  ping?: Promise<Ping>
  start?: Promise<void>
  /** Stops waiting for the answer to the start. */
  readonly ending: AbortController
  failed?: boolean
}

/** Makes the switches of the settings. Sends nothing before a run has begun. */
export function pingsOf(
  { sinks }: AlertSettings,
  context: SinkContext,
  { limits = LIMITS, signal }: { readonly limits?: Limits; readonly signal?: AbortSignal | undefined } = {},
): Pings {
  const switches = sinks
    .filter(isPing)
    .map((setting): Switch => ({ setting, runs: [], ending: new AbortController() }))
  const faults: string[] = []
  const tell = async (pingSwitch: Switch, run: RunPing, deadline: number, ending?: AbortSignal) => {
    try {
      pingSwitch.ping ??= openPing(pingSwitch.setting, context)
      const ping = await pingSwitch.ping
      const signals = [signal, ending].filter((some) => some !== undefined)
      const sending = { limits, deadline, signal: AbortSignal.any(signals) }
      await sendTo((call) => ping.ping(run, call), ping.place, sending, pingSwitch.failed ? 1 : limits.tries)
    } catch (error) {
      pingSwitch.failed = true
      const verb = run.phase === 'start' ? 'began' : 'ended'
      faults.push(`${pingSwitch.setting.name} was not told that a run ${verb}: ${messageOf(error)}`)
    }
  }
  const deadlineFromNow = () => performance.now() + limits.totalMs
  return {
    started(run) {
      for (const pingSwitch of switches) {
        if (!isOf(pingSwitch.setting, run)) continue
        pingSwitch.runs.push(run)
        if (pingSwitch.runs.length > 1) continue
        const summary = `elysiactl ${run.kind} ${run.collection} began`
        pingSwitch.start = tell(
          pingSwitch,
          { phase: 'start', rid: ridOf(run), summary },
          deadlineFromNow(),
          pingSwitch.ending.signal,
        )
      }
    },
    neverStarted(run) {
      for (const one of switches) if (isOf(one.setting, run)) one.runs.push(run)
    },
    async ended(end, until = Number.POSITIVE_INFINITY) {
      const deadline = Math.min(until, deadlineFromNow())
      const pings = switches.map(async (one) => {
        if (one.runs.length === 0) return
        // The end must not arrive before the start.
        const startMs = Math.min(limits.tryMs, (deadline - performance.now()) / 2)
        const timer = setTimeout(() => one.ending.abort(), startMs)
        await one.start
        clearTimeout(timer)
        await tell(one, endOf(one.runs, end), deadline)
      })
      await Promise.all(pings)
      return faults
    },
  }
}

function isOf(setting: SinkSetting, run: HeartbeatRun): boolean {
  return 'takes' in setting && setting.takes.subject(run) && setting.takes.trigger(run.trigger)
}

/** The exit code and each of the runs must earn the success: a dry run, or a run that was left off, earns none. */
function endOf(runs: readonly HeartbeatRun[], { exitCode, done, seconds, why }: CommandEnd): RunPing {
  const isDone = runs.every(({ run, dryRun }) => !dryRun && done.has(run))
  const earned = exitCode === 0 && isDone
  const [first] = runs as readonly [HeartbeatRun]
  const names = [...new Set(runs.map(({ kind, collection }) => `${kind} ${collection}`.trim()))].join(', ')
  const how = earned ? 'done' : (why ?? (exitCode === 0 ? 'nothing was done' : `exit ${exitCode}`))
  const summary = `elysiactl ${names}: ${how}`
  return { phase: 'end', rid: ridOf(first), exitCode, earned, seconds, summary }
}

function ridOf({ run }: HeartbeatRun): string {
  return nameUuid(NAMESPACE, run)
}
