import { randomUUID } from 'node:crypto'
import type { SqliteDatabase } from '../../../database/connection.ts'
import type { AlertSettings, Rule } from '../config/settings.ts'
import { messageOf } from '../message.ts'
import type { AlertMessage } from '../messageSchema.ts'
import type { ActiveAlert } from '../rule/evaluateRules.ts'
import { type AlertFinding, type AlertFindings, keyOf } from '../rule/finding.ts'
import { type AlertState, isFlapping, nextState } from './machine.ts'

/** An alert that is pending or firing. */
export interface KnownAlert {
  readonly rule: string
  readonly state: AlertState
}

interface Row {
  readonly key: string
  readonly rule: string
  readonly as_of: number
  readonly state: string
}

/** Alerts without news for so long are forgotten: nobody has their rule any more. */
const FORGOTTEN_MS = 90 * 86_400_000
/** The most messages that wait for a sink: beyond that the oldest is dropped. */
const MOST_WAITING = 1000
/** A message this old helps nobody. */
const STALE_MS = 7 * 86_400_000

/** The alerts that are pending or firing, in the order of their keys. */
export function knownAlerts(database: SqliteDatabase): KnownAlert[] {
  const rows = database.prepare('SELECT key, rule, as_of, state FROM alert ORDER BY key').all() as Row[]
  const known = rows.map(({ rule, state }) => ({ rule, state: JSON.parse(state) as AlertState }))
  return known.filter(({ state }) => state.phase !== 'well')
}

/** The subjects of remembered alerts, which must always be looked at. */
export function watchedAlerts(database: SqliteDatabase): ActiveAlert[] {
  return knownAlerts(database).map(({ rule, state }) => {
    const { subject, detail } = state.finding
    return { rule, subject, detail }
  })
}

/**
 * Applies the findings and queues what is to be sent, in one transaction: of several processes with the same findings
 * only one sends. Leaves alone an alert that newer facts have judged. Returns the messages that were made.
 */
export function applyFindings(
  database: SqliteDatabase,
  settings: AlertSettings,
  findings: AlertFindings,
  { now, asOf }: { readonly now: number; readonly asOf: number },
): AlertMessage[] {
  const taking = database.transaction(() => {
    const findingsByKey = new Map(findings.found.map((finding) => [keyOf(finding), finding]))
    const messages: AlertMessage[] = []
    for (const key of new Set([...findingsByKey.keys(), ...findings.looked])) {
      const rule = ruleOf(settings, key)
      if (rule === undefined || !findings.rules.includes(rule.name)) continue
      const finding = findingsByKey.get(key) ?? (findings.lapsed.has(key) ? 'lapsed' : undefined)
      const message = takeOne(database, settings, { key, rule, finding, now, asOf })
      if (message !== undefined) messages.push(message)
    }
    forget(database, now)
    return messages
  })
  return taking.immediate()
}

interface One {
  readonly key: string
  readonly rule: Rule
  readonly finding: AlertFinding | 'lapsed' | undefined
  readonly now: number
  readonly asOf: number
}

function takeOne(database: SqliteDatabase, { flapping }: AlertSettings, one: One): AlertMessage | undefined {
  const { key, rule, finding, now, asOf } = one
  const row = database.prepare('SELECT key, rule, as_of, state FROM alert WHERE key = ?').get(key) as
    | Row
    | undefined
  // A clock that was set back must not keep an alert forever.
  if (row !== undefined && row.as_of > asOf && row.as_of <= now) return undefined
  const before = row === undefined ? undefined : (JSON.parse(row.state) as AlertState)
  const { state, notice } = nextState(before, finding, now, { ...rule, flapping })
  keep(database, key, rule, asOf, state)
  const after = state ?? before
  if (notice === undefined || after === undefined) return undefined
  const isHeld = (notice === 'firing' || notice === 'repeated') && isFlapping(after, now, { flapping })
  const message = messageOf(notice, after, rule, { id: randomUUID(), now, flapping: isHeld })
  for (const sink of rule.to) queue(database, sink, key, message, now)
  return message
}

function keep(
  database: SqliteDatabase,
  key: string,
  rule: Rule,
  asOf: number,
  state: AlertState | undefined,
): void {
  if (state === undefined) {
    database.prepare('DELETE FROM alert WHERE key = ?').run(key)
    return
  }
  const put = 'INSERT OR REPLACE INTO alert (key, rule, as_of, state) VALUES (?, ?, ?, ?)'
  database.prepare(put).run(key, rule.name, asOf, JSON.stringify(state))
}

/** Queues a report for a sink. It replaces an older report that the sink has not taken. */
export function queueReport(
  database: SqliteDatabase,
  sink: string,
  message: AlertMessage,
  now: number,
): void {
  const put = database.transaction(() => {
    database.prepare('DELETE FROM delivery WHERE sink = ? AND key = ?').run(sink, REPORT_KEY)
    queue(database, sink, REPORT_KEY, message, now)
  })
  put.immediate()
}

const REPORT_KEY = 'report'

/** A repeat is no news to a sink that has not yet heard of the beginning. */
function queue(
  database: SqliteDatabase,
  sink: string,
  key: string,
  message: AlertMessage,
  now: number,
): void {
  if (message.status === 'repeated') {
    const waiting = database.prepare('SELECT 1 FROM delivery WHERE sink = ? AND key = ?').get(sink, key)
    if (waiting !== undefined) return
  }
  const put = 'INSERT INTO delivery (sink, key, message, made_at, document) VALUES (?, ?, ?, ?, ?)'
  database.prepare(put).run(sink, key, message.id, now, JSON.stringify(message))
}

function forget(database: SqliteDatabase, now: number): void {
  database.prepare('DELETE FROM alert WHERE as_of < ?').run(now - FORGOTTEN_MS)
  database.prepare('DELETE FROM delivery WHERE made_at < ?').run(now - STALE_MS)
  const newest = 'SELECT number FROM delivery ORDER BY number DESC LIMIT 1 OFFSET ?'
  database.prepare(`DELETE FROM delivery WHERE number <= (${newest})`).run(MOST_WAITING)
}

function ruleOf({ rules }: AlertSettings, key: string): Rule | undefined {
  const [name] = JSON.parse(key) as [string]
  return rules.find((rule) => rule.name === name)
}
