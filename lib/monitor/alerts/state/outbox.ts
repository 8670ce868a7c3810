import { randomUUID } from 'node:crypto'
import type { SqliteDatabase } from '../../../database/connection.ts'
import type { AlertMessage } from '../messageSchema.ts'

/** A message that waits for its sink. */
export interface QueuedMessage {
  readonly number: number
  readonly message: AlertMessage
}

/** The right to send to one sink: no other process has it until it is released or expires. */
export interface SinkClaim {
  readonly sink: string
  readonly token: string
  /** The waiting messages, oldest first. */
  readonly waiting: readonly QueuedMessage[]
  /** How many times in a row sending to this sink has failed. */
  readonly rounds: number
}

/**
 * Longer than all attempts of a command: after this, another process takes over from one that was killed while sending.
 */
const CLAIM_MS = 60_000
const MOST_AT_ONCE = 50

/** Messages that no sink has taken yet, and why the last try failed, by sink. */
export interface UndeliveredMessages {
  readonly sink: string
  readonly messages: number
  readonly error?: string
}

/**
 * Claims the right to send to a sink, with its waiting messages. Undefined if none wait, another process is sending, or
 * the sink failed recently and must rest.
 */
export function claimSink(database: SqliteDatabase, sink: string, now: number): SinkClaim | undefined {
  const claiming = database.transaction((): SinkClaim | undefined => {
    const waiting = waitingFor(database, sink)
    if (waiting.length === 0) return undefined
    database.prepare('INSERT OR IGNORE INTO sink (name) VALUES (?)').run(sink)
    const row = database
      .prepare('SELECT rounds, next_at, claimed_until FROM sink WHERE name = ?')
      .get(sink) as {
      rounds: number
      next_at: number
      claimed_until: number
    }
    // A time beyond the longest rest means that the clock was set back.
    const isDue = row.next_at <= now || row.next_at > now + MOST_REST_MS
    const isFree = row.claimed_until <= now || row.claimed_until > now + CLAIM_MS
    if (!isDue || !isFree) return undefined
    const token = randomUUID()
    database
      .prepare('UPDATE sink SET claim = ?, claimed_until = ? WHERE name = ?')
      .run(token, now + CLAIM_MS, sink)
    return { sink, token, waiting, rounds: row.rounds }
  })
  return claiming.immediate()
}

/** Prolongs a claim. False if this process slept so long that another has taken it. */
export function renewClaim(database: SqliteDatabase, { sink, token }: SinkClaim, now: number): boolean {
  const renewing = 'UPDATE sink SET claimed_until = ? WHERE name = ? AND claim = ?'
  return database.prepare(renewing).run(now + CLAIM_MS, sink, token).changes === 1
}

/** Records that a message was taken. */
export function recordDelivery(database: SqliteDatabase, claim: SinkClaim, number: number): void {
  database.prepare('DELETE FROM delivery WHERE number = ? AND sink = ?').run(number, claim.sink)
}

/** Releases a claim; with `error` the sink rests, longer after each failure. */
export function releaseClaim(
  database: SqliteDatabase,
  { sink, token, rounds }: SinkClaim,
  now: number,
  failure?: { readonly error: string; readonly retryAfterMs?: number },
): void {
  const next =
    failure === undefined
      ? 0
      : now + Math.max(restMs(rounds), Math.min(failure.retryAfterMs ?? 0, MOST_REST_MS))
  database
    .prepare(
      'UPDATE sink SET claim = NULL, claimed_until = 0, rounds = ?, next_at = ?, error = ? WHERE name = ? AND claim = ?',
    )
    .run(failure === undefined ? 0 : rounds + 1, next, failure?.error ?? null, sink, token)
}

const MOST_REST_MS = 3_600_000

/** The next command tries at once; later ones wait 1, 2, 4 … 60 minutes. */
function restMs(rounds: number): number {
  return rounds === 0 ? 0 : Math.min(60_000 * 2 ** Math.min(rounds - 1, 10), MOST_REST_MS)
}

/** The waiting messages by sink. */
export function waitingMessages(database: SqliteDatabase): UndeliveredMessages[] {
  const rows = database
    .prepare(
      `SELECT delivery.sink AS sink, count(*) AS messages, sink.error AS error FROM delivery
       LEFT JOIN sink ON sink.name = delivery.sink GROUP BY delivery.sink ORDER BY delivery.sink`,
    )
    .all() as { sink: string; messages: number; error: string | null }[]
  return rows.map(({ error, ...row }) => ({ ...row, ...(error !== null && { error }) }))
}

function waitingFor(database: SqliteDatabase, sink: string): QueuedMessage[] {
  const rows = database
    .prepare('SELECT number, document FROM delivery WHERE sink = ? ORDER BY number LIMIT ?')
    .all(sink, MOST_AT_ONCE) as { number: number; document: string }[]
  return rows.map(({ number, document }) => ({ number, message: JSON.parse(document) as AlertMessage }))
}
