import { hostname } from 'node:os'
import { dirname, isAbsolute } from 'node:path'
import { masked } from '../../core/secrets.ts'
import { TOOL } from '../../run/tool.ts'
import type { HistoryEntry, Trigger } from './entry.ts'
import type { History } from './history.ts'
import type { RunLog } from './log/runLog.ts'
import type { Keep } from './table/prune.ts'

/** What is noted of every run of one command, or of one program. */
export interface Recorded {
  readonly trigger: Trigger
  /** The words of the command line behind the program's name; credentials are masked. */
  readonly command: readonly string[]
  readonly directory: string
  /** What the command is to do, for one that fails before it begins a run; without it that leaves no entry. */
  readonly expected?: { readonly kind: string; readonly collection: string }
  /** How many entries stay; all where it is left out. */
  readonly keep?: Keep
}

/** A run that goes on, or has ended, in this process. */
export interface RecordedRun {
  entry: HistoryEntry
  readonly log: RunLog
  readonly startedMs: number
  notedMs: number
  /** Records that earlier tries have settled. */
  before: number
  /** Earlier tries of it were looked for. */
  isPlaced: boolean
  readonly continues: boolean
}

/** The entry of a run that begins. */
export function blankEntry(
  { trigger, command, directory }: Recorded,
  named: Pick<HistoryEntry, 'id' | 'kind' | 'collection' | 'target'>,
): HistoryEntry {
  const now = new Date().toISOString()
  return {
    ...named,
    ...{ attempt: 1, trigger, status: 'running', started_at: now, updated_at: now },
    ...{ counts: {}, records: 0, rejected: 0, bytes_in: 0, bytes_out: 0, retries: 0 },
    peak_rss_bytes: peakBytes(),
    hosts: [],
    command: command.map(masked),
    directory,
    version: TOOL.version,
    host: hostname(),
    pid: process.pid,
  }
}

/** Numbers a try behind those that are known of the run: it must not take the place of one. */
export function place(run: RecordedRun, history: History): void {
  if (run.isPlaced) return
  const { id } = run.entry
  const tries = history.find(id)
  const attempt = (tries.at(-1)?.attempt ?? 0) + 1
  run.isPlaced = true
  run.before = tries.reduce((sum, { records }) => sum + records, 0)
  run.entry = { ...run.entry, attempt, ...(run.continues && attempt > 1 && { continues: id }) }
}

/** Jobs on one archive, whose target is its place. */
const ON_ONE_ARCHIVE: ReadonlySet<string> = new Set(['verify', 'rehearse', 'compact'])

/** Runs on the archives of one directory are alike: each archive by itself would be looked at once or twice. */
export function placeOf(kind: string, target: string): string {
  return ON_ONE_ARCHIVE.has(kind) && isAbsolute(target) ? dirname(target) : target
}

export function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024
}
