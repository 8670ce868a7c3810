import type { LockOwner } from '../../catalog/lock/process.ts'
import { toThousandths } from '../../core/units.ts'
import { dueState } from './due.ts'
import type { AutoNotes } from './notes.ts'
import type { Policy } from './policies.ts'

/** Clocks jump and machines sleep: look again after so long at the latest. */
const MOST_WAIT_MS = 60_000

/** The exit code for something that another process has locked. */
const LOCKED = 11

/** Exit codes that a second attempt would end with too: wrong usage, rejects, damage, refused. */
const STAYS: ReadonlySet<number> = new Set([2, 3, 4, 12])

/** A command that was begun. */
export interface AutoChild {
  readonly owner: LockOwner
  /** Resolves with the exit code; 128 plus its number for a signal. */
  readonly ended: Promise<number>
}

/** How a command of a policy ended. */
export interface AutoRun {
  readonly policy: string
  readonly command: readonly string[]
  /** ISO text. */
  readonly started_at: string
  readonly seconds: number
  readonly exit: number
}

/** What running policies needs from its surroundings; tests can replace all of it. */
export interface AutoContext {
  readonly notes: AutoNotes
  /** Milliseconds since 1970. */
  now(): number
  /** Resolves after so long, or once `stop` is aborted. */
  wait(ms: number): Promise<void>
  /** Once aborted, nothing more is begun; running commands are waited for. */
  readonly stop: AbortSignal
  commandsOf(policy: Policy): Promise<readonly (readonly string[])[]>
  begin(command: readonly string[]): AutoChild
  onRun?(run: AutoRun): void
  /** Failed commands will be tried again at this moment. */
  onAgain?(policy: Policy, at: number): void
  /** No collection fits the policy, so nothing is done. */
  onNothing?(policy: Policy): void
  /** Called before waiting, with the moment when the next policy is due. */
  onWait?(until: number | undefined): void
}

/**
 * Does what is due, one command after another, longest due first; missed times count once. A failing command does not
 * hold up the next. With `once` it returns when nothing is due, otherwise when `stop` is aborted. Commands that this
 * interrupts, or that are killed with this process, are due again. Reads the policies again at each look. Memory: the
 * runs of one policy.
 */
export async function runPolicies(
  policiesNow: () => Promise<readonly Policy[]>,
  { once }: { readonly once: boolean },
  context: AutoContext,
): Promise<void> {
  const { notes, stop } = context
  for (;;) {
    const policies = await policiesNow()
    const names = policies.map(({ name }) => name)
    notes.see(names, context.now())
    for (const policy of duePolicies(policies, context)) {
      if (stop.aborted) return
      await runPolicy(policy, context)
    }
    if (once || stop.aborted) return
    const now = context.now()
    const times = policies.flatMap(({ name, schedule }) => {
      const { since, next } = dueState(schedule, notes.of(name, now), now)
      return since ?? next ?? []
    })
    const next = times.length === 0 ? undefined : Math.min(...times)
    context.onWait?.(next)
    await context.wait(Math.max(1000, Math.min(MOST_WAIT_MS, (next ?? Number.MAX_VALUE) - now)))
    if (stop.aborted) return
  }
}

function duePolicies(policies: readonly Policy[], { notes, now }: AutoContext): Policy[] {
  const moment = now()
  const due = policies.flatMap((policy) => {
    const { since } = dueState(policy.schedule, notes.of(policy.name, moment), moment)
    return since === undefined ? [] : [{ policy, since }]
  })
  return due.toSorted((a, b) => a.since - b.since).map(({ policy }) => policy)
}

async function runPolicy(policy: Policy, context: AutoContext): Promise<void> {
  const { notes, stop, onRun } = context
  const { name } = policy
  const since = context.now()
  const running = notes.stillRunning(name, since)
  if (running !== undefined) {
    const { command } = running
    onRun?.({ policy: name, command, started_at: iso(since), seconds: 0, exit: LOCKED })
    return notes.leaveOut(name, since, LOCKED)
  }
  const note = notes.of(name, since)
  const isAgain = dueState(policy.schedule, note, since).isAgain === true
  const all = await context.commandsOf(policy)
  if (all.length === 0) context.onNothing?.(policy)
  const commands = isAgain ? all.filter((words) => note.again!.commands.some(sameAs(words))) : all
  const failed: (readonly string[])[] = []
  let worst = 0
  for (const command of commands) {
    if (stop.aborted) return
    const startedMs = context.now()
    const child = context.begin(command)
    notes.begin(name, { command, since: startedMs, owner: child.owner })
    const exit = await child.ended
    const seconds = toThousandths((context.now() - startedMs) / 1000)
    onRun?.({ policy: name, command, started_at: iso(startedMs), seconds, exit })
    // What this process was asked to stop is not done.
    if (stop.aborted && exit > 128) return
    worst = Math.max(worst, exit)
    if (exit !== 0 && !STAYS.has(exit)) failed.push(command)
  }
  const times = isAgain ? note.again!.times - 1 : (policy.retry?.times ?? 0)
  const isTried = policy.retry !== undefined && times > 0 && failed.length > 0
  if (!isTried) return notes.settle(name, since, worst)
  const at = context.now() + policy.retry.afterMs
  notes.settle(name, since, worst, { at, times, commands: failed })
  context.onAgain?.(policy, at)
}

function sameAs(words: readonly string[]): (other: readonly string[]) => boolean {
  const text = JSON.stringify(words)
  return (other) => JSON.stringify(other) === text
}

function iso(moment: number): string {
  return new Date(moment).toISOString()
}
