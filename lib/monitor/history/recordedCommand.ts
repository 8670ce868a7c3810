import { hostname } from 'node:os'
import { dirname, isAbsolute } from 'node:path'
import { maskSecrets } from '../../core/secrets.ts'
import type { RunEvent } from '../../run/event/schema.ts'
import { TOOL } from '../../run/tool.ts'
import type { HistoryEntry, Trigger } from './entry.ts'
import type { History } from './history.ts'
import type { RunLog } from './log/runLog.ts'
import type { PruneLimits } from './table/prune.ts'

/** What is recorded with every run of one command or program. */
export interface RecordedCommand {
  readonly trigger: Trigger
  /** True if a person at a terminal sees what the command says. */
  readonly terminal?: boolean
  /** The words of the command line after the program's name; credentials are masked. */
  readonly command: readonly string[]
  readonly directory: string
  /**
   * What the command is going to do, for a command that fails before it begins a run; without it such a failure leaves
   * no entry.
   */
  readonly expected?: { readonly kind: string; readonly collection: string }
  /** How many entries are kept; all by default. */
  readonly keep?: PruneLimits
}

type RunContinued = Extract<RunEvent, { readonly type: 'run_continued' }>

/** A running or ended run of this process. */
export interface RecordedRun {
  entry: HistoryEntry
  readonly log: RunLog
  readonly startedMs: number
  notedMs: number
  /** True once earlier tries were looked up. */
  isPlaced: boolean
  readonly continues: boolean
}

/** The first entry of a run. */
export function firstEntry(
  { trigger, terminal, command, directory }: RecordedCommand,
  named: Pick<HistoryEntry, 'id' | 'kind' | 'collection' | 'target'>,
): HistoryEntry {
  const now = new Date().toISOString()
  return {
    ...named,
    ...{ attempt: 1, trigger, status: 'running', started_at: now, updated_at: now },
    counts: {},
    ...(terminal !== undefined && { terminal }),
    peak_rss_bytes: peakBytes(),
    hosts: [],
    command: command.map(maskSecrets),
    directory,
    version: TOOL.version,
    host: hostname(),
    pid: process.pid,
  }
}

/** Numbers a try after the known ones of its run, so that it replaces none of them. */
export function numberTry(run: RecordedRun, history: History): void {
  if (run.isPlaced) return
  const { id } = run.entry
  const tries = history.find(id)
  const attempt = (tries.at(-1)?.attempt ?? 0) + 1
  run.isPlaced = true
  const sum = (name: 'records' | 'rejected') => tries.reduce((total, entry) => total + (entry[name] ?? 0), 0)
  // A try that was killed had settled as much as it recorded, or more: what the run itself knows comes first.
  const settled_before = run.entry.settled_before ?? { records: sum('records'), rejected: sum('rejected') }
  run.entry = {
    ...run.entry,
    attempt,
    ...(attempt > 1 && { settled_before }),
    ...(run.continues && attempt > 1 && { continues: id }),
  }
}

/** Notes what a run that goes on says of its earlier tries. */
export function noteContinued(run: RecordedRun, { records, rejected = 0 }: RunContinued): void {
  if (records !== undefined) run.entry = { ...run.entry, settled_before: { records, rejected } }
}

/** Jobs on one archive: their target is the archive's place. */
const ON_ONE_ARCHIVE: ReadonlySet<string> = new Set(['verify', 'rehearse', 'compact'])

/** Runs on archives of one directory count as alike: each single archive is looked at only once or twice. */
export function placeOf(kind: string, target: string): string {
  return ON_ONE_ARCHIVE.has(kind) && isAbsolute(target) ? dirname(target) : target
}

/** The highest memory use of this process so far, in bytes. */
export function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024
}
