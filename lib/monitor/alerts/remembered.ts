import { existsSync } from 'node:fs'
import { openDatabase } from '../../database/connection.ts'
import { type Undelivered, undelivered } from './state/outbox.ts'
import { type KnownAlert, knownAlerts } from './state/store.ts'

/** The file in the directory of the state in which alerts are remembered. */
export const ALERTS_FILE = 'alerts.db'

/** An alert that holds, as documents and pages show it. */
export interface FiringAlert {
  readonly alert: string
  /** `pending`: it holds, but not for long enough to be told. */
  readonly status: 'pending' | 'firing'
  readonly summary: string
  readonly kind: string
  readonly collection: string
  readonly target: string
  readonly detail: string
  /** ISO 8601, UTC. */
  readonly since: string
  readonly episode: number
  readonly run?: string
  readonly next?: string
}

/** What is remembered of alerts: which hold, and what nobody has taken yet. */
export interface RememberedAlerts {
  readonly alerts: readonly FiringAlert[]
  readonly undelivered: readonly Undelivered[]
}

/** What is remembered in a file; nothing where there is none, or where it cannot be read. Nothing is made or sent. */
export function alertsOf(file: string): RememberedAlerts {
  if (!existsSync(file)) return { alerts: [], undelivered: [] }
  try {
    const database = openDatabase(file, { readonly: true, busyTimeoutMs: 250 })
    try {
      return { alerts: knownAlerts(database).map(firing), undelivered: undelivered(database) }
    } finally {
      database.close()
    }
  } catch {
    return { alerts: [], undelivered: [] }
  }
}

/** How many messages no sink has taken yet: `undelivered` of a report. */
export function undeliveredCount(file: string): number {
  return alertsOf(file).undelivered.reduce((sum, { messages }) => sum + messages, 0)
}

/** An alert as it is shown. */
export function firing({ rule, state }: KnownAlert): FiringAlert {
  const { finding, phase, episode } = state
  const { subject, detail, summary, since, run, next } = finding
  return {
    alert: rule,
    status: phase === 'pending' ? 'pending' : 'firing',
    summary,
    ...subject,
    detail,
    since: since ?? new Date(state.since).toISOString(),
    episode,
    ...(run !== undefined && { run }),
    ...(next !== undefined && { next }),
  }
}
