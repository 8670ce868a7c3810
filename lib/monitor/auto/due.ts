import type { Schedule } from './schedule.ts'

/** The past of a policy; times in milliseconds since 1970. */
export interface PolicyHistory {
  /** When the policy was first seen: earlier due times do not count. */
  readonly seen: number
  /** When the last finished round began. */
  readonly settled?: number
  /** When the failed commands are tried again. */
  readonly again?: { readonly at: number }
}

/** Whether a policy is due. */
export interface DueState {
  /** The first due time since the policy was last done; absent if it is not due. */
  readonly since?: number
  /** The next due time; for a due policy, the one after it is done now. */
  readonly next?: number
  /** True if it is due only because failed commands are to be tried again. */
  readonly isAgain?: true
}

/**
 * Whether a policy is due at a moment. However many due times were missed, it is due once. A clock that was set back
 * makes nothing due, and delays nothing beyond the next due time. Reads no clock and keeps no state.
 */
export function dueState(schedule: Schedule, past: PolicyHistory, now: number): DueState {
  const scheduled = bySchedule(schedule, past, now)
  const again = past.again?.at
  // A policy that is due anyway is done completely.
  if (again === undefined || scheduled.since !== undefined) return scheduled
  if (again <= now) return { ...scheduled, since: again, isAgain: true }
  return { next: Math.min(again, scheduled.next ?? again) }
}

function bySchedule(schedule: Schedule, { seen, settled = seen }: PolicyHistory, now: number): DueState {
  const since = schedule.next(Math.min(settled, now))
  if (since === undefined) return {}
  if (since > now) return { next: since }
  const next = schedule.next(now)
  return { since, ...(next !== undefined && { next }) }
}
