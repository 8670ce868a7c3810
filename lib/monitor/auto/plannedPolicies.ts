import { dueState } from './due.ts'
import type { AutoNotes } from './notes.ts'
import type { Policy } from './policies.ts'

/** A policy as it stands at a moment; times as ISO texts. */
export interface PlannedPolicy {
  readonly name: string
  readonly kind: Policy['kind']
  readonly schedule: string
  readonly due: boolean
  readonly due_since?: string
  /** Due because failed commands are to be tried again. */
  readonly tries_again?: boolean
  readonly next_at?: string
  /** When its commands were last begun, and how they ended. */
  readonly last_at?: string
  readonly last_exit?: number
  /** The process that still works on it. */
  readonly running_pid?: number
  readonly commands: readonly (readonly string[])[]
}

/** What is due at a moment, and when the rest is due next; in the order of the configuration. */
export function plannedPolicies(
  policies: readonly Policy[],
  notes: AutoNotes,
  now: number,
  commandsOf: (policy: Policy) => readonly (readonly string[])[],
): PlannedPolicy[] {
  return policies.map((policy) => {
    const { name, kind, schedule } = policy
    const note = notes.of(name, now)
    const { since, next, isAgain } = dueState(schedule, note, now)
    const running = notes.stillRunning(name, now)
    return {
      ...{ name, kind, schedule: schedule.text, due: since !== undefined },
      ...(since !== undefined && { due_since: iso(since) }),
      ...(isAgain && { tries_again: true }),
      ...(next !== undefined && { next_at: iso(next) }),
      ...(note.settled !== undefined && { last_at: iso(note.settled) }),
      ...(note.exit !== undefined && { last_exit: note.exit }),
      ...(running !== undefined && { running_pid: running.owner.pid }),
      commands: commandsOf(policy),
    }
  })
}

function iso(moment: number): string {
  return new Date(moment).toISOString()
}
