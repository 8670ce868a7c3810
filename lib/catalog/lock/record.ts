import { isRecord } from '../../core/value/record.ts'
import { shallowJson } from '../shallowJson.ts'
import type { LockOwner } from './process.ts'

/** Any number of shared locks may be held at once; an exclusive one excludes all others. */
export type LockKind = 'shared' | 'exclusive'

/** The content of a lock file. */
export interface LockRecord extends LockOwner {
  readonly id: string
  readonly kind: LockKind
  /** What it is held for: `backup of SourceCode`. */
  readonly purpose: string
  readonly since: string
  readonly heartbeatMs: number
  /** Increases with each heartbeat. */
  readonly counter: number
}

/** Longer than any path in a purpose. */
const MAX_TEXT = 8192
const MAX_HEARTBEAT_MS = 86_400_000

type Check = (value: unknown) => boolean

const text: Check = (value) => typeof value === 'string' && value.length <= MAX_TEXT
const optional = (value: unknown) => value === undefined || text(value)
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0

const FIELDS: Readonly<Record<keyof LockRecord, Check>> = {
  id: text,
  kind: (value) => value === 'shared' || value === 'exclusive',
  purpose: text,
  since: text,
  heartbeatMs: (value) => typeof value === 'number' && value >= 0 && value <= MAX_HEARTBEAT_MS,
  counter: count,
  host: text,
  user: text,
  pid: count,
  boot: optional,
  pids: optional,
  startTicks: optional,
}

/** The record in a text; undefined if it is invalid. */
export function lockRecordOf(json: string): LockRecord | undefined {
  let read: unknown
  try {
    read = shallowJson(json)
  } catch {
    return undefined
  }
  if (!isRecord(read)) return undefined
  const isLock = Object.entries(FIELDS).every(([name, check]) => check(read[name]))
  return isLock ? (read as unknown as LockRecord) : undefined
}
