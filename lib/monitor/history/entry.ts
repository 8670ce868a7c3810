import type { Static } from '../../core/typebox.ts'
import Type from '../../core/typebox.ts'
import { choice } from '../../run/event/fields.ts'
import type { AttemptLog } from './log/line.ts'
import { amount, count, ProgressNote, text, time } from './progressNote.ts'
import { HISTORY_STATUSES, TRIGGERS } from './statuses.ts'
import { TrafficSchema } from './trafficSchema.ts'

export { HISTORY_STATUSES, TRIGGERS } from './statuses.ts'

/** A killed run reported as far as its last second: what it did not report is not 0. */
const known = (description: string) =>
  Type.Optional(
    count(
      `${description} Absent while the run is running. Of a killed run, at least this; absent if unknown.`,
    ),
  )

/** One try at a run: what one process did. A continued run has an entry for each process. */
export const HistoryEntrySchema = Type.Object(
  {
    id: text('The id of the run.'),
    attempt: Type.Integer({
      minimum: 1,
      description: 'The number of the process that worked on the run, from 1.',
    }),
    kind: text('The job: ingest, backup, restore, verify, rehearse …'),
    trigger: choice(TRIGGERS, 'What started the run.'),
    terminal: Type.Optional(
      Type.Boolean({
        description: 'True if input, output or messages of the command were those of a terminal.',
      }),
    ),
    collection: text('The collection; empty if the job concerns none.'),
    target: text('The store, without secrets; for a run on one archive, the directory of the archive.'),
    status: choice(HISTORY_STATUSES, 'How the run ended, or `running`.'),
    exit_code: Type.Optional(
      Type.Integer({ description: 'The exit code of the command, if it ended by itself.' }),
    ),
    signal: Type.Optional(text('The signal that stopped the run: SIGTERM or SIGHUP.')),
    started_at: time('When this process started the run.'),
    updated_at: time('When the entry last changed.'),
    ended_at: Type.Optional(time('When the run ended; for a killed run, when that was noticed.')),
    seconds: Type.Optional(amount('How many seconds the process took.')),
    counts: Type.Record(Type.String(), Type.Unknown(), {
      description: 'The counts of the run, with the names of its report.',
    }),
    records: known('Records or objects that were settled.'),
    rejected: known('Records or objects that were refused.'),
    settled_before: Type.Optional(
      Type.Object(
        { records: count('Records or objects.'), rejected: count('Those that were refused.') },
        {
          description:
            'What earlier tries had settled: part of `counts`, but not of the figures of this try.',
        },
      ),
    ),
    bytes_in: known('Bytes that were read from the input, archives and servers.'),
    bytes_out: known('Bytes that were written to archives and servers.'),
    rate_per_second: Type.Optional(amount('Records or objects per second.')),
    peak_rss_bytes: count('Peak memory of the process in bytes.'),
    retries: known('Calls that were repeated.'),
    bottleneck: Type.Optional(text('The sentence of --profile that says what slowed the run down.')),
    rejects_file: Type.Optional(text('The file with the rejected records.')),
    archive: Type.Optional(text('The id of the archive that the run made or read.')),
    archive_bytes: Type.Optional(count('Size in bytes of the archive that the run made.')),
    error: Type.Optional(
      Type.Object({
        code: text('The code of the error.'),
        message: text('What happened.'),
        hint: Type.Optional(text('What to do next.')),
      }),
    ),
    continues: Type.Optional(
      text('The id of the run that this one continues; its own id if `attempt` is more than 1.'),
    ),
    hosts: Type.Array(Type.String(), {
      description: 'The hosts and ports that the process was connected to.',
    }),
    traffic: Type.Optional(
      Type.Array(TrafficSchema, {
        description: 'The traffic with each place; absent if it was not measured.',
      }),
    ),
    command: Type.Array(Type.String(), {
      description: 'The words of the command line, without secrets; empty in the library.',
    }),
    directory: text('The working directory of the process.'),
    version: text('The version of elysiactl.'),
    host: text('The name of the machine.'),
    pid: count('The id of the process.'),
    progress: Type.Optional(ProgressNote),
    profile: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), { description: 'The document of --profile.' }),
    ),
  },
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:elysiactl:schema:history-entry:1',
    title: 'elysiactl history entry',
    description: 'What one process did in one run.',
  },
)

/** What one process did in one run. */
export type HistoryEntry = Static<typeof HistoryEntrySchema>

/** How a run ended, or `running`. */
export type HistoryStatus = HistoryEntry['status']

/** What started a run. */
export type Trigger = HistoryEntry['trigger']

/** Selects entries; newest first. */
export interface HistoryChoice {
  readonly kind?: readonly string[]
  readonly status?: readonly HistoryStatus[]
  readonly collection?: string
  readonly target?: string
  /** ISO texts: begun at or after, begun before. */
  readonly since?: string
  readonly before?: string
  readonly limit?: number
}

/** The history as report, metrics, alerts and dashboard read it. Each read sees the state of one moment. */
export interface HistoryReader {
  list(choice?: HistoryChoice): HistoryEntry[]
  /** All tries of a run, first one first; the id may be shortened while it stays unique. */
  find(id: string): HistoryEntry[]
  /** The kept logs of a run's tries, first one first. Needs the full id. */
  logs?(id: string): AttemptLog[]
  /** The last successful entry of each kind, collection and target, however old. */
  lastSuccesses(): HistoryEntry[]
  /** What metrics need of each kind, collection and target, without whole entries. */
  figures(): SubjectFigures[]
  /** Sums of the traffic with each place, pruned entries included; from the day of a moment (ISO 8601) on, or all. */
  traffic(since?: string): TrafficTotal[]
  /** Changes whenever any process has written. */
  version(): number
}

/** The traffic with one place: a server, a SQLite store, a directory of archives. */
export type PlaceTraffic = Static<typeof TrafficSchema>

/** The traffic of several runs with one place. */
export interface TrafficTotal extends Omit<PlaceTraffic, 'most_in_per_second' | 'most_out_per_second'> {
  /** The total duration of the runs. */
  readonly seconds: number
}

/** The sums, and the last runs, of one kind, collection and target. */
export interface SubjectFigures {
  /** Its number in the history, which never changes. */
  readonly subject: number
  readonly kind: string
  readonly collection: string
  readonly target: string
  /** How many runs ever ended so, by status and error code (empty if there is none); pruned ones count. */
  readonly ended: readonly { readonly status: HistoryStatus; readonly code: string; readonly runs: number }[]
  /** Sums over all of these; undefined if none has ended. */
  readonly sums?: {
    readonly seconds: number
    readonly records: number
    readonly rejected: number
    readonly bytes_in: number
    readonly bytes_out: number
    readonly retries: number
  }
  /** The last successful run, however old. */
  readonly lastSuccess?: {
    readonly startedMs: number
    readonly endedMs: number
    readonly seconds: number | undefined
    readonly records: number
    readonly archiveBytes: number | undefined
  }
  /** The last run, however it ended, or running. */
  readonly lastRun?: SubjectRun | undefined
  /** The last one that ended by itself or was killed and was no slip: `lastEnded` of `failures.ts`. */
  readonly lastEnded?: SubjectRun | undefined
}

/** How a run ended. Milliseconds since 1970; of a running run, when it last reported. */
export interface SubjectRun {
  readonly status: HistoryStatus
  /** The error code; empty if there is none. */
  readonly code: string
  readonly startedMs: number
  readonly endedMs: number
}

/** The part of a run's entry that trends and rates need. */
export interface RunPoint {
  readonly id: string
  readonly status: HistoryStatus
  readonly startedMs: number
  readonly seconds: number
  /** Records or objects a second; 0 if unknown. */
  readonly rate: number
  /** In and out; absent if unknown. */
  readonly bytes?: number
}

/** The runs of one kind, collection and target in a period. */
export interface SubjectRuns {
  readonly kind: string
  readonly collection: string
  readonly target: string
  /** How many runs have each status; slips are left out. */
  readonly counts: Readonly<Partial<Record<HistoryStatus, number>>>
  /**
   * The last run that ended by itself or was killed: an interrupted or running one does not revoke a failure. If there
   * is none, the last run.
   */
  readonly last: RunPoint
  /** The last successful run with a rate. */
  readonly lastDone?: RunPoint
  /** Oldest first; thinned evenly if there are more than asked for. */
  readonly points: readonly RunPoint[]
  /** The rates of the last 40 successful runs of all times, oldest first. */
  readonly rates: readonly number[]
}

/** A kind, collection and target, and when it was last done. */
export interface SubjectSuccess {
  readonly kind: string
  readonly collection: string
  readonly target: string
  /** When the last successful run ended, in milliseconds since 1970; null if there never was one. */
  readonly succeededMs: number | null
}

/** A history that also reads what a report needs, without whole entries. */
export interface ReportedHistory extends HistoryReader {
  /** Every kind, collection and target that there ever was. */
  successes(): SubjectSuccess[]
  /** Runs that began at or after a moment (ISO 8601), by kind, collection and target; at most `most` points of each. */
  subjects(since: string, most: number): SubjectRuns[]
}
