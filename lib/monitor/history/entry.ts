import type { Static } from '../../core/typebox.ts'
import Type from '../../core/typebox.ts'
import { choice } from '../../run/event/fields.ts'
import type { RunLogged } from './log/line.ts'
import { HISTORY_STATUSES, TRIGGERS } from './statuses.ts'
import { TrafficSchema } from './trafficSchema.ts'

export { HISTORY_STATUSES, TRIGGERS } from './statuses.ts'

const text = (description: string) => Type.String({ description })
const count = (description: string) => Type.Integer({ minimum: 0, description })
const amount = (description: string) => Type.Number({ minimum: 0, description })
const time = (description: string) => Type.String({ description: `${description} ISO 8601, UTC.` })

/** How far a run has come; noted once a second at most. */
const ProgressNote = Type.Object({
  at: time('When it was noted.'),
  phase: Type.Optional(text('What it does now: `writing`, `reading back` …')),
  unit: text('What is counted: records, objects, parts, archives.'),
  done: count('How many are settled.'),
  total: Type.Optional(count('How many there are, where that is known.')),
  rate_per_second: Type.Optional(amount('Over the last seconds.')),
  bytes_per_second: Type.Optional(amount('Over the last seconds, in and out.')),
  eta_seconds: Type.Optional(amount('Until the end at this rate; only with a total.')),
  retries: count('Calls that were repeated so far.'),
  rejected: count('Records or objects refused so far.'),
  rss_bytes: count('Memory of the process.'),
  waits_for: Type.Optional(
    text('Whom it waits for, where nothing was acknowledged for a while: a host, standard input …'),
  ),
})

/** One try at a run: what a process did of it. A run that is continued has an entry for each process. */
export const HistoryEntrySchema = Type.Object(
  {
    id: text('The id of the run.'),
    attempt: Type.Integer({
      minimum: 1,
      description: 'Which process it was that worked on the run, from 1.',
    }),
    kind: text('The job: ingest, backup, restore, verify, rehearse …'),
    trigger: choice(TRIGGERS, 'What began it.'),
    collection: text('The collection; empty where the job is of none.'),
    target: text('The store, without secrets; of a run on one archive the directory that it lies in.'),
    status: choice(HISTORY_STATUSES, 'How it ended, or `running`.'),
    exit_code: Type.Optional(Type.Integer({ description: 'That of the command, where it ended by itself.' })),
    signal: Type.Optional(text('Of one that was stopped: the signal, SIGTERM or SIGHUP.')),
    started_at: time('When this process began it.'),
    updated_at: time('When the entry last changed.'),
    ended_at: Type.Optional(time('When it ended; of a killed one when that was found.')),
    seconds: Type.Optional(amount('How long it took.')),
    counts: Type.Record(Type.String(), Type.Unknown(), {
      description: 'What it counted, by the names of its report.',
    }),
    records: count('Records or objects that it settled.'),
    rejected: count('Records or objects that were refused.'),
    bytes_in: count('Bytes that it read: of the input, of archives, of servers.'),
    bytes_out: count('Bytes that it wrote: into archives, into servers.'),
    rate_per_second: Type.Optional(amount('Records or objects a second.')),
    peak_rss_bytes: count('The most memory that the process had.'),
    retries: count('Calls that were repeated.'),
    bottleneck: Type.Optional(text('The sentence of --profile that names what held it back.')),
    rejects_file: Type.Optional(text('Where the rejected records lie.')),
    archive: Type.Optional(text('The id of the archive that it made or read.')),
    archive_bytes: Type.Optional(count('Size of the archive that it made.')),
    error: Type.Optional(
      Type.Object({
        code: text('Its code.'),
        message: text('What happened.'),
        hint: Type.Optional(text('What to do.')),
      }),
    ),
    continues: Type.Optional(
      text('The id of the run that it goes on with, where that is another one; its own where attempt > 1.'),
    ),
    hosts: Type.Array(Type.String(), {
      description: 'Hosts and ports that it had connections to, as the sockets say.',
    }),
    traffic: Type.Optional(
      Type.Array(TrafficSchema, {
        description: 'What went to each place and came from it; absent where nobody looked.',
      }),
    ),
    command: Type.Array(Type.String(), {
      description: 'The words of the command line, without secrets; empty in the library.',
    }),
    directory: text('The working directory of the process.'),
    version: text('The version of elysiactl.'),
    host: text('The name of the machine.'),
    pid: count('The process.'),
    progress: Type.Optional(ProgressNote),
    profile: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), { description: 'The document of --profile.' }),
    ),
  },
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:elysiactl:schema:history-entry:1',
    title: 'elysiactl history entry',
    description: 'What one process did of one run.',
  },
)

/** What one process did of one run. */
export type HistoryEntry = Static<typeof HistoryEntrySchema>

export type HistoryStatus = HistoryEntry['status']

export type Trigger = HistoryEntry['trigger']

/** Which entries are asked for; newest first. */
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

/** The history as its readers see it: report, metrics, alerts, dashboard. All reads see a state of one moment each. */
export interface HistoryReader {
  list(choice?: HistoryChoice): HistoryEntry[]
  /** All tries of a run, the first one first; the id may be shortened where it stays unique. */
  find(id: string): HistoryEntry[]
  /** What the tries of a run said, the first one first; of those whose log is kept. The id is a whole one. */
  logs?(id: string): RunLogged[]
  /** The last entry of each kind, collection and target that ended well, whatever its age. */
  lastSuccesses(): HistoryEntry[]
  /** The last entry of each kind, collection and target, however it ended or whether it goes on. */
  lastRuns(): HistoryEntry[]
  /** Sums over all that was ever recorded, pruned entries too, by kind, collection, target and status or code. */
  totals(): HistoryTotal[]
  /** Sums over all that went to each place and came from it, pruned entries too; from the day of a moment on, in ISO 8601, or all. */
  traffic(since?: string): TrafficTotal[]
  /** Changes whenever any process has written. */
  version(): number
}

/** What went to one place and came from it: a server, a store of SQLite, a directory of archives. */
export type PlaceTraffic = Static<typeof TrafficSchema>

/** The same of several runs. */
export interface TrafficTotal extends Omit<PlaceTraffic, 'most_in_per_second' | 'most_out_per_second'> {
  /** How long the runs took. */
  readonly seconds: number
}

/** One of the ever growing sums. */
export interface HistoryTotal {
  readonly kind: string
  readonly collection: string
  readonly target: string
  readonly status: HistoryStatus
  /** The error code; empty without one. */
  readonly code: string
  readonly runs: number
  readonly seconds: number
  readonly records: number
  readonly rejected: number
  readonly bytes_in: number
  readonly bytes_out: number
  readonly retries: number
}

/** What trends and rates need of one run, without the rest of its entry. */
export interface RunPoint {
  readonly id: string
  readonly status: HistoryStatus
  readonly startedMs: number
  readonly seconds: number
  /** Records or objects a second; 0 where nobody said. */
  readonly rate: number
  /** In and out. */
  readonly bytes: number
}

/** The runs of a period that are alike. */
export interface SubjectRuns {
  readonly kind: string
  readonly collection: string
  readonly target: string
  /** How many ended so, or go on. */
  readonly counts: Readonly<Partial<Record<HistoryStatus, number>>>
  /** The last one that ended by itself or was killed: one that was interrupted, or goes on, takes no failure back. Else the last. */
  readonly last: RunPoint
  /** The last one that was done and has a rate. */
  readonly lastDone?: RunPoint
  /** The oldest first; evenly thinned where there are more than were asked for. */
  readonly points: readonly RunPoint[]
  /** Of those of all times that were done, the last 40; the oldest first. */
  readonly rates: readonly number[]
}

/** A history that also tells what a report is made of, without reading whole entries. */
export interface ReportedHistory extends HistoryReader {
  /** Of runs that began at or after a moment, in ISO 8601, by what they are alike by; at most so many points of each. */
  subjects(since: string, most: number): SubjectRuns[]
}
