import type { Static } from '../../core/typebox.ts'
import Type from '../../core/typebox.ts'

const text = (description: string) => Type.String({ description })
const count = (description: string) => Type.Integer({ minimum: 0, description })
const amount = (description: string) => Type.Number({ description })
const flag = (description: string) => Type.Boolean({ description })
const time = (description: string) => Type.String({ description: `${description} ISO 8601, UTC.` })
const optional = Type.Optional

/** The subject: each line of the report names all three. */
const subject = {
  kind: text('The job.'),
  collection: text('The collection; empty if the job concerns none.'),
  target: text('The store, without secrets.'),
}

const SuccessRate = Type.Object({
  ...subject,
  done: count('Runs that did everything they were asked to.'),
  with_rejects: count('Runs that ended with rejects.'),
  failed: count('Runs that failed.'),
  killed: count('Runs whose process disappeared, for example because it was killed; they count as failed.'),
  interrupted: count('Runs that a user interrupted (SIGINT); the rate ignores them.'),
  stopped: count(
    'Runs stopped by SIGTERM or SIGHUP. They count as not done, except for a watch, which normally ends that way.',
  ),
  running: count('Runs still in progress.'),
  rate: optional(
    amount(
      'The share of runs that were done, from 0 to 1. Runs in progress or interrupted by a user are ignored.',
    ),
  ),
  meets_slo: optional(flag('True if the rate meets the objective.')),
  last_success_at: optional(time('When the last successful run was done.')),
  last_success_age_seconds: optional(amount('Seconds since the last success.')),
  last_run: optional(
    text('The id of the last run that ended by itself or was killed; if there is none, of the last run.'),
  ),
  last_status: optional(text('How the last run ended.')),
  last_error: optional(text('The code and message of its error, if it failed.')),
  last_hint: optional(text('What to do about the error, if known.')),
  last_run_at: optional(time('When the last run began.')),
})

const Missed = Type.Object({
  collection: text('The collection.'),
  target: optional(text('The store, if the expectation names one.')),
  what: text('What was expected: backup, verify, rehearse.'),
  expectation: text('The pattern of the expectation.'),
  every_seconds: amount('How often it is expected, in seconds.'),
  grace_seconds: amount('How late it may be, in seconds.'),
  last_success_at: optional(time('When the last one was done; absent if there was none.')),
  due_at: time('When the next one was due, without the grace.'),
  late_seconds: amount('How late it is, in seconds.'),
})

const Expected = Type.Object({
  collection: text('The collection.'),
  target: optional(text('The store, if the expectation names one.')),
  what: text('What is expected: backup, verify, rehearse.'),
  every_seconds: amount('How often it is expected, in seconds.'),
  grace_seconds: amount('How late it may be, in seconds.'),
  last_success_at: optional(time('When the last one was done; absent if there was none.')),
  due_at: time('When the next one is due, without the grace.'),
})

const Recovery = Type.Object({
  collection: text('The collection.'),
  target: text('The store whose archives these are.'),
  archive: optional(
    text('The newest archive that can be restored, as far as is known; absent if there is none.'),
  ),
  point_at: optional(
    time('The point in time that a restore returns to: when the scan of the archive began.'),
  ),
  point_age_seconds: optional(amount('Seconds since that point: changes made since then would be lost.')),
  seconds: optional(amount('How many seconds a restore takes.')),
  measured_at: optional(time('When the duration was measured; absent for an estimate.')),
  measured_by: optional(
    text('How the duration is known: rehearse, restore, or estimate from the rate of similar runs.'),
  ),
  proved: optional(flag('True if the restored objects were compared with the digest of the archive.')),
})

const Trend = Type.Object({
  ...subject,
  points: Type.Array(
    Type.Object({
      at: time('When the run began.'),
      run: text('The id of the run.'),
      status: text('How it ended.'),
      seconds: amount('How many seconds the run took.'),
      rate_per_second: optional(amount('Records or objects per second.')),
      bytes: optional(count('Bytes in and out; absent if unknown.')),
    }),
    { description: 'The runs of the period, oldest first; thinned evenly if there are more than 200.' },
  ),
  median_rate_per_second: optional(amount('The median rate of the successful runs in `points`.')),
  regression: optional(
    Type.Object({
      run: text('The slower run.'),
      rate_per_second: amount('The rate of the run.'),
      median_per_second: amount('The median rate of similar runs.'),
      slower: amount('How much slower the run is: a share from 0 to 1.'),
    }),
  ),
})

const Traffic = Type.Object({
  place: text('A server as HOST:PORT, the file of a SQLite store, or a directory of archives.'),
  bytes_in: count('Bytes received.'),
  bytes_out: count('Bytes sent.'),
  in_per_second: optional(amount('Bytes received per second while runs moved data.')),
  out_per_second: optional(amount('Bytes sent per second while runs moved data.')),
  stalls_in: count('How often a run waited long for data from the place.'),
  stalls_out: count('How often the place accepted nothing for long.'),
  stalled_in_seconds: amount('Seconds of all these waits together.'),
  stalled_out_seconds: amount('Seconds of all these stalls together.'),
})

const Forecast = Type.Object({
  at: time('The time of the forecast: in 30 days.'),
  bytes: count('The expected size of all archives then, in bytes.'),
  growth_bytes_per_day: amount('Bytes per day by which all archives grew during the period.'),
  directory: optional(text('The archive directory with the least free space.')),
  free_bytes: optional(count('Free bytes in that directory.')),
  full_at: optional(time('When the directory will be full at that rate; absent beyond 100 years.')),
})

const Storage = Type.Object({
  collection: text('The collection.'),
  archives: count('Complete archives.'),
  bytes: count('Bytes on disk.'),
  raw_bytes: count('Bytes before compression.'),
  compression: optional(amount('raw_bytes divided by bytes.')),
  growth_bytes_per_day: optional(amount('Bytes per day by which the archives grew during the period.')),
  forecast_bytes: optional(count('The expected size of the archives in 30 days, in bytes.')),
  points: Type.Array(Type.Object({ at: time('A day.'), bytes: count('Bytes on disk on that day.') })),
})

const ArchiveLine = Type.Object({
  id: text('The id of the archive.'),
  collection: text('The collection of the archive.'),
  reason: text('Why it is listed.'),
  bytes: optional(count('Bytes on disk.')),
  age_seconds: optional(amount('The age of the archive in seconds.')),
})

const AttentionItem = Type.Object({
  severity: Type.Union([Type.Literal('fault'), Type.Literal('warning')]),
  what: text('missed, failed, damaged, undelivered, stalled, regression, never_backed_up, unverified …'),
  collection: text('The collection; empty if it concerns none.'),
  target: text('The store; empty if it concerns none.'),
  message: text('A sentence that says what is wrong.'),
  next: optional(text('The command or step that fixes it.')),
  run: optional(text('The id of the run.')),
  archive: optional(text('The id of the archive.')),
  since: optional(time('When it began.')),
})

/** The document of `elysiactl report`; metrics, alerts and the dashboard use it too, so that their figures agree. */
export const MonitorReportSchema = Type.Object(
  {
    generated_at: time('When the report was made.'),
    since: time('The start of the period.'),
    slo_percent: optional(amount('The objective for success rates, in percent.')),
    needs_attention: Type.Array(AttentionItem, {
      description: 'What needs attention, most serious first; empty if all is well.',
    }),
    running: count('Runs still in progress.'),
    success: Type.Array(SuccessRate),
    missed: Type.Array(Missed),
    expected: optional(
      Type.Array(Expected, {
        description: 'Everything that is expected, missed or not, and when it is due.',
      }),
    ),
    recovery: Type.Array(Recovery),
    trends: Type.Array(Trend),
    storage: Type.Array(Storage),
    storage_forecast: optional(Forecast),

    traffic: optional(
      Type.Array(Traffic, {
        description: 'The traffic of the runs with each place, from the first day of the period on.',
      }),
    ),
    cleanup: Type.Array(ArchiveLine, { description: 'What the retention rules would remove now.' }),
    damaged: Type.Array(ArchiveLine),
    unverified: Type.Array(ArchiveLine, { description: 'Archives not verified for a long time.' }),
    never_backed_up: Type.Array(
      Type.Object({
        collection: text('The collection, known from runs that wrote to it.'),
        target: text('The store of the collection.'),
      }),
    ),
    uncovered: Type.Array(Type.String(), { description: 'Collections that no expectation covers.' }),
    undelivered: count('Alert messages that no sink has accepted yet.'),
    disk: Type.Array(
      Type.Object({
        directory: text('A directory of archives or state.'),
        free_bytes: count('Free bytes.'),
        total_bytes: count('Bytes in all.'),
      }),
    ),
    notes: Type.Array(Type.String(), { description: 'What could not be checked, and why.' }),
  },
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:elysiactl:schema:monitor-report:1',
    title: 'elysiactl report',
    description: 'What was done, what was missed, and what needs attention.',
  },
)

/** The document of `elysiactl report`. */
export type MonitorReport = Static<typeof MonitorReportSchema>

/** One thing that somebody should look at. */
export type AttentionItem = MonitorReport['needs_attention'][number]
