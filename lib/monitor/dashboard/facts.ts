import type { FiringAlert } from '../alerts/storedAlerts.ts'
import type { HistoryEntry, HistoryReader } from '../history/entry.ts'
import type { AttemptLog } from '../history/log/line.ts'
import type { MonitorReport } from '../report/schema.ts'

/** A run as a list shows it, taken from its last process. */
export interface RunLine {
  readonly id: string
  readonly attempt: number
  readonly kind: string
  readonly trigger: string
  readonly collection: string
  readonly target: string
  readonly status: HistoryEntry['status']
  readonly started_at: string
  readonly ended_at?: string
  readonly seconds?: number
  /** These four are absent if they are unknown. */
  readonly records?: number
  readonly rejected?: number
  readonly bytes_in?: number
  readonly bytes_out?: number
  readonly rate_per_second?: number
  readonly error?: { readonly code: string; readonly message: string }
}

/** An archive as the page lists it, with its place in a chain. */
export interface ArchiveView {
  readonly id: string
  readonly collection: string
  readonly target: string
  readonly status: string
  readonly started_at: string
  readonly objects: number
  readonly bytes: number
  /** The archive that an increment is based on. */
  readonly parent?: string
  readonly pinned: boolean
  readonly damaged: boolean
  readonly verified_at?: string
  readonly verified_level?: string
}

/** An alert that holds. */
export type AlertView = Omit<FiringAlert, 'episode'>

/** The alerts that hold, and the messages that no sink has taken yet, by sink. */
export interface AlertFacts {
  readonly alerts: readonly AlertView[]
  readonly undelivered: readonly {
    readonly sink: string
    readonly messages: number
    readonly error?: string
  }[]
}

/** What a page shows without alerts. */
export const NO_ALERTS: AlertFacts = { alerts: [], undelivered: [] }

/** Where the page gets all its facts. */
export interface DashboardSources {
  readonly history: HistoryReader
  /** The document of `elysiactl report --json`. */
  report(): Promise<MonitorReport> | MonitorReport
  /** Newest first, bounded; absent without a catalog. */
  archives?(): Promise<readonly ArchiveView[]> | readonly ArchiveView[]
  alerts?(): Promise<AlertFacts> | AlertFacts
  /** The version of elysiactl. */
  readonly version: string
}

/** One page of the list of runs, newest first. */
export interface RunPage {
  readonly runs: readonly RunLine[]
  /** The next page begins before this time; absent on the last page. */
  readonly next?: string
}

/** Everything that the page shows at first. */
export interface PageFacts extends RunPage {
  readonly version: string
  /** `live` asks its server for more; `file` holds everything itself. */
  readonly mode: 'live' | 'file'
  readonly report: MonitorReport
  readonly archives: readonly ArchiveView[]
  readonly alerts: AlertFacts
  readonly running: readonly HistoryEntry[]
  /** What a file leaves out because it would be too large. */
  readonly left_out?: readonly string[]
  /** The version of the history that these facts come from. */
  readonly history_version: number
}

/** What is happening now: sent whenever the history changes. */
export interface LiveFacts {
  readonly history_version: number
  readonly at: string
  readonly running: readonly HistoryEntry[]
  /** The last runs that ended, the newest first. */
  readonly recent: readonly RunLine[]
}

/** One run, with a sample of its rejects. */
export interface RunFacts {
  /** All entries of the run's processes, first one first. */
  readonly entries: readonly HistoryEntry[]
  /** The kept log lines of these processes. */
  readonly logs?: readonly AttemptLog[]
  readonly rejects?: RejectsSample
}

/** The first rejected records of a run. */
export interface RejectsSample {
  readonly file: string
  readonly lines: readonly string[]
  /** True if the file holds more, or a line was cut. */
  readonly is_cut: boolean
  /** Why there are no lines, if the file could not be read. */
  readonly lack?: string
}

/** The most characters that a list shows of a foreign text. */
const TEXT = 300

/** The part of an entry that a list shows. */
export function runLine(entry: HistoryEntry): RunLine {
  const { id, attempt, kind, trigger, collection, target, status, started_at, ended_at, seconds } = entry
  const { records, rejected, bytes_in, bytes_out, rate_per_second, error } = entry
  return {
    ...{ id, attempt, kind, trigger, collection, target, status, started_at },
    ...(ended_at !== undefined && { ended_at }),
    ...(seconds !== undefined && { seconds }),
    ...(records !== undefined && { records }),
    ...(rejected !== undefined && { rejected }),
    ...(bytes_in !== undefined && { bytes_in }),
    ...(bytes_out !== undefined && { bytes_out }),
    ...(rate_per_second !== undefined && { rate_per_second }),
    ...(error !== undefined && { error: { code: error.code, message: shortened(error.message) } }),
  }
}

function shortened(text: string): string {
  return text.length <= TEXT ? text : `${text.slice(0, TEXT)}…`
}
