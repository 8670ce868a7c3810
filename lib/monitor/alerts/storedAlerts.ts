import { existsSync } from 'node:fs'
import { openDatabase } from '../../database/connection.ts'
import { type UndeliveredMessages, waitingMessages } from './state/outbox.ts'
import { type KnownAlert, knownAlerts } from './state/store.ts'

/** The file in the state directory that remembers alerts. */
export const ALERTS_FILE = 'alerts.db'

/** An alert that holds, as documents and pages show it. */
export interface FiringAlert {
  readonly alert: string
  /** `pending`: the rule holds, but not for long enough to send anything. */
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

/** The alerts that hold, and the messages that no sink has taken yet. */
export interface StoredAlerts {
  readonly alerts: readonly FiringAlert[]
  readonly undelivered: readonly UndeliveredMessages[]
}

/** Reads the remembered alerts from a file; empty if the file is missing or cannot be read. Makes and sends nothing. */
export function readStoredAlerts(file: string): StoredAlerts {
  if (!existsSync(file)) return { alerts: [], undelivered: [] }
  try {
    const database = openDatabase(file, { readonly: true, busyTimeoutMs: 250 })
    try {
      return { alerts: knownAlerts(database).map(firingAlert), undelivered: waitingMessages(database) }
    } finally {
      database.close()
    }
  } catch {
    return { alerts: [], undelivered: [] }
  }
}

/** How many messages no sink has taken yet: `undelivered` of a report. */
export function undeliveredCount(file: string): number {
  return readStoredAlerts(file).undelivered.reduce((sum, { messages }) => sum + messages, 0)
}

/** An alert as documents and pages show it. */
export function firingAlert({ rule, state }: KnownAlert): FiringAlert {
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
