import type { Catalog } from '../../catalog/catalog.ts'
import type { Policy } from '../../catalog/retention/policy.ts'
import { type Expectation, expectationFor } from '../expect/expectations.ts'
import { judgeExpectations } from '../expect/judgeExpectations.ts'
import type { HistoryEntry, ReportedHistory, SubjectRuns } from '../history/entry.ts'
import { isOnlySlips, isSlipped, lastEnded, type StartedSubject } from '../history/failures.ts'
import {
  cleanupLines,
  damagedLines,
  type KnownArchives,
  knownArchives,
  NO_ARCHIVES,
  unverifiedLines,
} from './archives.ts'
import { attentionItems } from './attention.ts'
import { disksOf } from './disk.ts'
import { lastSuccessTimes } from './lastSuccess.ts'
import { recoveryOf } from './recovery.ts'
import type { AttentionItem, MonitorReport } from './schema.ts'
import { forecastOf, storageOf } from './storage.ts'
import { type LastError, type ReportedSubject, subjectsOf, successOf, successRate } from './subjects.ts'
import { trafficLines } from './traffic.ts'
import { trendOf } from './trends.ts'

/** The sources of a report. */
export interface ReportSources {
  readonly history: ReportedHistory
  /** Without it the report knows no archives. */
  readonly catalog?: Catalog | undefined
  readonly expectations?: readonly Expectation[]
  /** The rules of `col catalog cleanup`; without them nothing is recommended. */
  readonly policy?: Policy | undefined
  /** Directories whose disks are checked, besides those of archives. */
  readonly directories?: readonly string[]
  /** Messages of alerts that no sink has taken yet. */
  readonly undelivered?: number
  /** What could not be read before, and why. */
  readonly notes?: readonly string[]
}

/** The period of the report, and the objective to compare with. */
export interface ReportOptions {
  /** The start of the period, in ISO 8601; by default 30 days ago. */
  readonly since?: string | undefined
  /** The objective for success rates, in percent. */
  readonly slo?: number | undefined
  readonly nowMs?: number
}

const DAY_MS = 86_400_000
const DAYS = 30
/** The most points of a trend. */
const MOST_POINTS = 200
/** How often archives should be verified if nothing else is expected. */
const VERIFY_MS = 30 * DAY_MS

/** Jobs that put objects into a collection, which should then be backed up. */
const INTO_COLLECTIONS: ReadonlySet<string> = new Set(['ingest', 'watch', 'restore', 'copy'])

/**
 * Reports everything that was done, is missed, or needs attention, from history, catalog and disks; asks no server.
 * Memory: a point for each run of the period, a record for each archive.
 * @throws ElysiaError ELYSIA_STATE, ELYSIA_LOCKED if the history or the catalog cannot be read
 */
export async function report(sources: ReportSources, options: ReportOptions = {}): Promise<MonitorReport> {
  const { nowMs = Date.now(), slo } = options
  const { since = new Date(nowMs - DAYS * DAY_MS).toISOString() } = options
  const { history, catalog, expectations = [], undelivered = 0 } = sources
  const notes = [...(sources.notes ?? [])]
  const note = (text: string) => void notes.push(text)
  const archives = catalog === undefined ? NO_ARCHIVES : knownArchives(catalog)
  const runsBySubject = history.subjects(since, MOST_POINTS).map((runs) => withoutSlips(runs, history))
  const subjects = subjectsOf(runsBySubject, history.lastSuccesses())
  // Nothing is expected of a name that does not exist.
  const real = subjects.filter((one) => one.lastSuccess !== undefined || !isOnlySlips(history, one))
  const done = lastSuccessTimes(real.map(successOf), archives, nowMs, note)
  const { expected, missed, uncovered } = judgeExpectations(expectations, done, nowMs)
  const verifyMs = (collection: string) =>
    expectationFor(expectations, collection)?.everyMs.verify ?? VERIFY_MS
  const running = history.list({ status: ['running'] })
  const success = subjects.map((one) => successRate(one, nowMs, slo, (id) => errorOf(history, id)))
  const storage = storageOf(archives.all, Date.parse(since), nowMs)
  const disk = await disksOf([...archives.roots, ...(sources.directories ?? [])], note)
  const forecast = forecastOf(storage, disk, nowMs)
  const facts = {
    generated_at: new Date(nowMs).toISOString(),
    since,
    ...(slo !== undefined && { slo_percent: slo }),
    running: running.length,
    success,
    missed,
    expected,
    recovery: recoveryOf(archives, subjects, nowMs),
    trends: subjects.flatMap((one) => trendOf(one) ?? []),
    storage,
    ...(forecast && { storage_forecast: forecast }),
    traffic: trafficLines(history.traffic(since)),
    cleanup: cleanupLines(archives, sources.policy, nowMs, note),
    damaged: damagedLines(archives, nowMs),
    unverified: unverifiedLines(archives, verifyMs, nowMs),
    never_backed_up: neverBackedUp(subjects, archives),
    uncovered,
    undelivered,
    disk,
    notes,
  }
  const slips = subjects.flatMap(({ runs }) =>
    runs?.last.status === 'failed' &&
    isSlipAt(history, runs.last.id) &&
    lastEnded(history, runs) === undefined
      ? [runs.last]
      : [],
  )
  return {
    ...facts,
    needs_attention: attentionItems(facts, running.flatMap(stall), slips, subjects.flatMap(succeeded)),
  }
}

function errorOf(history: ReportedHistory, id: string): LastError | undefined {
  const error = history.find(id).at(-1)?.error
  if (error === undefined) return undefined
  const { code, message, hint } = error
  return { message: `${code}: ${message}`, ...(hint !== undefined && { hint }) }
}

/** A subject whose last run, if that was a slip, is the one before it, if there is one; as in metrics and alerts. */
function withoutSlips(runs: SubjectRuns, history: ReportedHistory): SubjectRuns {
  if (runs.last.status !== 'failed' || !isSlipAt(history, runs.last.id)) return runs
  const counted = lastEnded(history, runs)
  return counted === undefined ? runs : { ...runs, last: pointOf(counted) }
}

function isSlipAt(history: ReportedHistory, id: string): boolean {
  const entry = history.find(id).at(-1)
  return entry !== undefined && isSlipped(entry)
}

function pointOf({ id, status, started_at, seconds = 0, rate_per_second: rate = 0, ...rest }: HistoryEntry) {
  const { bytes_in: read, bytes_out: written } = rest
  return {
    id,
    status,
    startedMs: Date.parse(started_at),
    seconds,
    rate,
    ...((read ?? written) !== undefined && { bytes: (read ?? 0) + (written ?? 0) }),
  }
}

function succeeded({ lastSuccess }: ReportedSubject): StartedSubject[] {
  if (lastSuccess === undefined) return []
  const { kind, collection, target, started_at: at } = lastSuccess
  return [{ kind, collection, target, startedMs: Date.parse(at) }]
}

function stall({ id, kind, collection, target, progress }: HistoryEntry): AttentionItem[] {
  if (progress?.waits_for === undefined) return []
  const what = `${kind}${collection === '' ? '' : ` of ${collection}`}`
  const message = `the running ${what} waits for ${progress.waits_for}`
  const next = `elysiactl runs show ${id}`
  return [
    { severity: 'warning', what: 'stalled', collection, target, message, next, run: id, since: progress.at },
  ]
}

/** Collections that runs have written to, but that never had an archive. */
function neverBackedUp(
  subjects: readonly ReportedSubject[],
  { all }: KnownArchives,
): MonitorReport['never_backed_up'] {
  const backedUp = new Set([
    ...all
      .filter(({ finished }) => finished !== undefined)
      .map(({ collection, cluster }) => `${collection}\0${cluster}`),
    ...subjects.filter(isDoneBackup).map(({ collection, target }) => `${collection}\0${target}`),
  ])
  const missingByKey = new Map<string, MonitorReport['never_backed_up'][number]>()
  for (const { kind, collection, target, runs, lastSuccess } of subjects) {
    const key = `${collection}\0${target}`
    const { done = 0, rejects = 0 } = runs?.counts ?? {}
    const hasWritten = lastSuccess !== undefined || done + rejects > 0
    const isOne = INTO_COLLECTIONS.has(kind) && collection !== '' && hasWritten
    if (isOne && !backedUp.has(key)) missingByKey.set(key, { collection, target })
  }
  return [...missingByKey.values()]
}

function isDoneBackup({ kind, lastSuccess }: ReportedSubject): boolean {
  return kind === 'backup' && lastSuccess !== undefined
}
