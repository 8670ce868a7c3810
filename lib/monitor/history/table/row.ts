import type { LockOwner } from '../../../catalog/lock/process.ts'
import { isTexts, shallowJson } from '../../../catalog/shallowJson.ts'
import { isRecord } from '../../../core/value/record.ts'
import type { HistoryEntry, PlaceTraffic } from '../entry.ts'
import { HISTORY_STATUSES, TRIGGERS } from '../statuses.ts'
import { invalidEntry } from './invalidEntry.ts'
import { packTraffic, unpackTraffic } from './traffic.ts'

/** A row of `runs`. Values that no list filters by are JSON in `details`. */
export interface RunRow {
  readonly number: number
  readonly id: string
  readonly attempt: number
  readonly kind: string
  readonly trigger: string
  readonly collection: string
  /** The number in `subjects`, which contains the target. */
  readonly subject: number
  readonly nth: number
  readonly target: string
  readonly status: string
  readonly code: string
  readonly exit_code: number | null
  readonly started_at: number
  readonly updated_at: number
  readonly ended_at: number | null
  readonly seconds: number | null
  readonly records: number
  readonly rejected: number
  readonly bytes_in: number
  readonly bytes_out: number
  readonly rate: number | null
  readonly retries: number
  readonly archive: string | null
  /** The process that works on it; null once it has ended. */
  readonly owner: string | null
  readonly progress: string | null
  readonly details: string
}

/** The written columns; SQLite assigns `number`. */
export const COLUMNS = [
  'id',
  'attempt',
  'kind',
  'trigger',
  'collection',
  'subject',
  'nth',
  'status',
  'code',
  'exit_code',
  'started_at',
  'updated_at',
  'ended_at',
  'seconds',
  'records',
  'rejected',
  'bytes_in',
  'bytes_out',
  'rate',
  'retries',
  'archive',
  'owner',
  'progress',
  'details',
] as const satisfies readonly (keyof RunRow)[]

/** A foreign text can have any length. */
const LONGEST_TEXT = 4000
const WORDS_KEPT = 200
/** The latest moment that a Date can hold. */
const LATEST_MS = 8.64e15

/** The values of an entry in the order of COLUMNS. */
export function valuesOf(
  entry: HistoryEntry,
  owner: LockOwner | undefined,
  { subject, nth }: Pick<RunRow, 'subject' | 'nth'>,
): (string | number | null)[] {
  const { id, attempt, kind, trigger, collection, status, exit_code, error } = entry
  const { started_at, updated_at, ended_at, seconds, records, rejected, bytes_in, bytes_out } = entry
  const { rate_per_second, retries, archive, progress, ...rest } = entry
  const row: Record<(typeof COLUMNS)[number], string | number | null> = {
    ...{ id, attempt, kind, trigger, collection, subject, nth, status },
    started_at: Date.parse(started_at),
    updated_at: Date.parse(updated_at),
    code: error?.code ?? '',
    exit_code: exit_code ?? null,
    ended_at: ended_at === undefined ? null : Date.parse(ended_at),
    seconds: seconds ?? null,
    records: records ?? 0,
    rejected: rejected ?? 0,
    bytes_in: bytes_in ?? 0,
    bytes_out: bytes_out ?? 0,
    retries: retries ?? 0,
    rate: rate_per_second ?? null,
    archive: archive ?? null,
    owner: owner === undefined ? null : JSON.stringify(owner),
    progress: progress === undefined ? null : JSON.stringify(progress),
    details: JSON.stringify(detailsOf(rest)),
  }
  return COLUMNS.map((name) => row[name])
}

type Details = Pick<
  HistoryEntry,
  | 'terminal'
  | 'counts'
  | 'peak_rss_bytes'
  | 'bottleneck'
  | 'signal'
  | 'rejects_file'
  | 'archive_bytes'
  | 'error'
  | 'continues'
  | 'settled_before'
  | 'hosts'
  | 'traffic'
  | 'command'
  | 'directory'
  | 'version'
  | 'host'
  | 'pid'
  | 'profile'
>

function detailsOf(entry: Details): object {
  const { counts, peak_rss_bytes, bottleneck, rejects_file, archive_bytes, error, continues } = entry
  const { settled_before } = entry
  const { terminal, signal, hosts, traffic, command, directory, version, host, pid, profile } = entry
  const keptHosts = hosts.slice(0, WORDS_KEPT).map(cut)
  return {
    ...{ counts, peak_rss_bytes, directory, version, host, pid },
    hosts: keptHosts,
    command: command.slice(0, WORDS_KEPT).map(cut),
    ...(terminal !== undefined && { terminal }),
    ...(signal !== undefined && { signal }),
    ...(bottleneck !== undefined && { bottleneck }),
    ...(rejects_file !== undefined && { rejects_file }),
    ...(archive_bytes !== undefined && { archive_bytes }),
    ...(error !== undefined && { error: { ...error, message: cut(error.message) } }),
    ...(continues !== undefined && { continues }),
    ...(settled_before !== undefined && { settled_before }),
    ...(profile !== undefined && { profile }),
    ...(traffic !== undefined && {
      traffic: traffic.slice(0, WORDS_KEPT).map((one) => packTraffic(one, keptHosts)),
    }),
  }
}

/** The traffic in a row. @throws InvalidEntry */
export function trafficOf({ details }: Pick<RunRow, 'details'>): readonly PlaceTraffic[] {
  return details.includes('"traffic":') ? (detailsIn(details).traffic ?? []) : []
}

function cut(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text
}

/** The history entry that a row describes. @throws InvalidEntry for a row that this program never writes */
export function entryOf(row: RunRow): HistoryEntry {
  const {
    number: _,
    code: __,
    owner: ___,
    subject: ____,
    nth: _____,
    exit_code,
    ended_at,
    seconds,
    rate,
    archive,
    progress,
    ...rest
  } = row
  const { details: json, trigger, status, started_at, updated_at, ...others } = rest
  const { records, rejected, bytes_in, bytes_out, retries, ...plain } = others
  if (!HISTORY_STATUSES.some((one) => one === status)) throw invalidEntry('status', status)
  if (!TRIGGERS.some((one) => one === trigger)) throw invalidEntry('trigger', trigger)
  return {
    ...plain,
    ...figuresIn(status, { records, rejected, bytes_in, bytes_out, retries }),
    trigger: trigger as HistoryEntry['trigger'],
    status: status as HistoryEntry['status'],
    ...(exit_code !== null && { exit_code }),
    started_at: timeIn(started_at),
    updated_at: timeIn(updated_at),
    ...(ended_at !== null && { ended_at: timeIn(ended_at) }),
    ...(seconds !== null && { seconds }),
    ...(rate !== null && { rate_per_second: rate }),
    ...(archive !== null && { archive }),
    ...detailsIn(json),
    ...(progress !== null && { progress: recordIn(progress) as NonNullable<HistoryEntry['progress']> }),
  }
}

/** A run that is running, or was killed, has not said how much it did: then 0 stands for unknown. */
export const STATUSES_WITHOUT_COUNTS: readonly string[] = ['running', 'killed']

type Figures = Pick<HistoryEntry, 'records' | 'rejected' | 'bytes_in' | 'bytes_out' | 'retries'>

function figuresIn(status: string, figures: Figures): Figures {
  if (!STATUSES_WITHOUT_COUNTS.includes(status)) return figures
  return Object.fromEntries(Object.entries(figures).filter(([, count]) => count !== 0))
}

function detailsIn(json: string): Details {
  const details = recordIn(json)
  const { counts, hosts, command, directory, version, host, pid, error } = details
  const isSound =
    isRecord(counts) &&
    isTexts(hosts) &&
    isTexts(command) &&
    [directory, version, host].every((one) => typeof one === 'string') &&
    Number.isSafeInteger(pid) &&
    (error === undefined || (isRecord(error) && typeof error.message === 'string'))
  const { traffic } = details
  if (!isSound || !(traffic === undefined || Array.isArray(traffic))) throw invalidEntry('details', json)
  const known = details as Details
  return traffic === undefined
    ? known
    : { ...known, traffic: traffic.map((one) => unpackTraffic(one, hosts)) }
}

/** A moment as ISO text. @throws InvalidEntry */
export function timeIn(ms: unknown): string {
  if (typeof ms === 'number' && Math.abs(ms) <= LATEST_MS) return new Date(ms).toISOString()
  throw invalidEntry('a time', ms)
}

/** The process in a column. @throws InvalidEntry */
export function ownerIn(json: string): LockOwner {
  const owner = recordIn(json)
  if (typeof owner.host !== 'string' || !Number.isSafeInteger(owner.pid)) throw invalidEntry('owner', json)
  return owner as unknown as LockOwner
}

function recordIn(json: string): Record<string, unknown> {
  try {
    const read = shallowJson(json)
    if (isRecord(read)) return read
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw invalidEntry('a document', json)
}
