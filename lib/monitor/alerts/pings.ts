import { messageOf } from '../../core/errors.ts'
import { nameUuid } from '../../core/value/nameUuid.ts'
import type { Trigger } from '../history/entry.ts'
import type { AlertSettings, RunSubject, SinkSetting } from './config/settings.ts'
import { LIMITS, type Limits, sendTo } from './deliver.ts'
import type { Ping, RunPing } from './sink/sink.ts'
import { isPing, openPing, type SinkContext } from './sink/sinks.ts'

/** A run of this command, for dead man's switches. */
export interface PingedRun extends RunSubject {
  readonly run: string
  readonly trigger: Trigger
  /** Nothing is written: it does not do what the switch waits for. */
  readonly dryRun: boolean
}

/** How a command with its runs ended. */
export interface CommandEnd {
  readonly exitCode: number
  /** Ids of runs that came to their end. */
  readonly done: ReadonlySet<string>
  readonly seconds: number
  /** What went wrong, for a person. */
  readonly why?: string
}

/** The dead man's switches of one command. */
export interface Pings {
  /** A run has begun: the switches that are of it are told, and not waited for. */
  started(run: PingedRun): void
  /** A run could not even begin: its switches hear of the end of the command. */
  notBegun(run: PingedRun): void
  /**
   * The command ends: each switch that heard of a run is told how. Resolves with what could not be told, as sentences: nothing
   * of it is kept (`deadline`: when it is given up, on the clock of `performance`), since a switch that hears nothing raises the alarm itself, and one that hears late would be deceived.
   */
  ended(end: CommandEnd, deadline?: number): Promise<string[]>
}

/** In this namespace a run has a name in the form of a UUID: `rid`. */
const NAMESPACE = '0f2d6d8e-7f0b-4c55-9a2c-4f6e0a1b7c3d'

/** What one switch has to do with this command. */
interface Switch {
  readonly setting: SinkSetting
  readonly runs: PingedRun[]
  ping?: Promise<Ping>
  start?: Promise<void>
  /** Ends the wait for an answer to the start. */
  readonly ending: AbortController
  failed?: boolean
}

/** Makes the switches of the settings; nothing is sent before a run has begun. */
export function pingsOf(
  { sinks }: AlertSettings,
  context: SinkContext,
  { limits = LIMITS, signal }: { readonly limits?: Limits; readonly signal?: AbortSignal | undefined } = {},
): Pings {
  const switches = sinks
    .filter(isPing)
    .map((setting): Switch => ({ setting, runs: [], ending: new AbortController() }))
  const faults: string[] = []
  const tell = async (one: Switch, run: RunPing, deadline: number, ending?: AbortSignal) => {
    try {
      one.ping ??= openPing(one.setting, context)
      const ping = await one.ping
      const signals = [signal, ending].filter((some) => some !== undefined)
      const sending = { limits, deadline, signal: AbortSignal.any(signals) }
      await sendTo((call) => ping.ping(run, call), ping.place, sending, one.failed ? 1 : limits.tries)
    } catch (error) {
      one.failed = true
      const what = run.phase === 'start' ? 'began' : 'ended'
      faults.push(`${one.setting.name} was not told that a run ${what}: ${messageOf(error)}`)
    }
  }
  const deadlineFromNow = () => performance.now() + limits.totalMs
  return {
    started(run) {
      for (const one of switches) {
        if (!isOf(one.setting, run)) continue
        one.runs.push(run)
        if (one.runs.length > 1) continue
        const summary = `elysiactl ${run.kind} ${run.collection} began`
        one.start = tell(
          one,
          { phase: 'start', rid: ridOf(run), summary },
          deadlineFromNow(),
          one.ending.signal,
        )
      }
    },
    notBegun(run) {
      for (const one of switches) if (isOf(one.setting, run)) one.runs.push(run)
    },
    async ended(end, until = Number.POSITIVE_INFINITY) {
      const deadline = Math.min(until, deadlineFromNow())
      const told = switches.map(async (one) => {
        if (one.runs.length === 0) return
        // Its end must not be heard before its begin.
        const startMs = Math.min(limits.tryMs, (deadline - performance.now()) / 2)
        const timer = setTimeout(() => one.ending.abort(), startMs)
        await one.start
        clearTimeout(timer)
        await tell(one, endOf(one.runs, end), deadline)
      })
      await Promise.all(told)
      return faults
    },
  }
}

function isOf(setting: SinkSetting, run: PingedRun): boolean {
  return 'takes' in setting && setting.takes.subject(run) && setting.takes.trigger(run.trigger)
}

/** A success is earned by the exit code, and by each of the runs: one that only looked, or was left off, earns none. */
function endOf(runs: readonly PingedRun[], { exitCode, done, seconds, why }: CommandEnd): RunPing {
  const isDone = runs.every(({ run, dryRun }) => !dryRun && done.has(run))
  const earned = exitCode === 0 && isDone
  const [first] = runs as readonly [PingedRun]
  const names = [...new Set(runs.map(({ kind, collection }) => `${kind} ${collection}`.trim()))].join(', ')
  const how = earned ? 'done' : (why ?? (exitCode === 0 ? 'nothing was done' : `exit ${exitCode}`))
  const summary = `elysiactl ${names}: ${how}`
  return { phase: 'end', rid: ridOf(first), exitCode, earned, seconds, summary }
}

function ridOf({ run }: PingedRun): string {
  return nameUuid(NAMESPACE, run)
}
