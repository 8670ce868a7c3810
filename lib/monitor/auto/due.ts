import type { Schedule } from './schedule.ts'

/** What is remembered of a policy; moments in milliseconds since 1970. */
export interface PolicyPast {
  /** When it was first seen: what was due before does not count. */
  readonly seen: number
  /** When it was last begun, and came to its end, well or not. */
  readonly settled?: number
  /** When what failed then is tried again. */
  readonly again?: { readonly at: number }
}

/** Whether a policy is due. */
export interface Dueness {
  /** When it has been due first since it was last done; absent where it is not due. */
  readonly since?: number
  /** When it is due next: once it is done now, where it is due. */
  readonly next?: number
  /** True where it is due because what failed is to be tried again, and for no other reason. */
  readonly isAgain?: true
}

/**
 * Whether a policy is due at a moment. However many times were missed, it is due once. A clock that was set back makes
 * nothing due, and delays nothing beyond the next time. Reads no clock, and keeps nothing.
 */
export function dueness(schedule: Schedule, past: PolicyPast, now: number): Dueness {
  const scheduled = bySchedule(schedule, past, now)
  const again = past.again?.at
  // What is due anyway is done as a whole.
  if (again === undefined || scheduled.since !== undefined) return scheduled
  if (again <= now) return { ...scheduled, since: again, isAgain: true }
  return { next: Math.min(again, scheduled.next ?? again) }
}

function bySchedule(schedule: Schedule, { seen, settled = seen }: PolicyPast, now: number): Dueness {
  const since = schedule.next(Math.min(settled, now))
  if (since === undefined) return {}
  if (since > now) return { next: since }
  const next = schedule.next(now)
  return { since, ...(next !== undefined && { next }) }
}
