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
  collection: text('The collection; empty where the job is of none.'),
  target: text('The store, without secrets.'),
}

const SuccessRate = Type.Object({
  ...subject,
  done: count('Runs that did all that they were to do.'),
  with_rejects: count('Runs that ended with rejects.'),
  failed: count('Runs that failed.'),
  killed: count('Runs whose process is gone without a word: they count as failed.'),
  interrupted: count('Runs that a user interrupted (SIGINT): they are not counted.'),
  stopped: count(
    'Runs that SIGTERM or SIGHUP stopped: they count as not done, but those of a watch, which ends so.',
  ),
  running: count('Runs that go on.'),
  rate: optional(
    amount(
      'Done divided by all that are counted: neither those a user interrupted nor those that go on. 0 to 1.',
    ),
  ),
  meets_slo: optional(flag('Whether the rate is at least the objective.')),
  last_success_at: optional(time('The last run that was done.')),
  last_success_age_seconds: optional(amount('How long ago that is.')),
  last_run: optional(
    text('Id of the last run that ended by itself or was killed; where there is none, of the last.'),
  ),
  last_status: optional(text('How that ended.')),
  last_error: optional(text('Its code and message, where it failed.')),
  last_hint: optional(text('What to do about that, where it is known.')),
  last_run_at: optional(time('When that run began.')),
})

const Missed = Type.Object({
  collection: text('The collection.'),
  target: optional(text('The store, where the expectation names one.')),
  what: text('What was expected: backup, verify, rehearse.'),
  expectation: text('The pattern of the expectation that covers it.'),
  every_seconds: amount('How often it is expected.'),
  grace_seconds: amount('How late it may be.'),
  last_success_at: optional(time('The last one; absent where it never was.')),
  due_at: time('When the next one was due, without the grace.'),
  late_seconds: amount('How late it is.'),
})

const Expected = Type.Object({
  collection: text('The collection.'),
  target: optional(text('The store, where the expectation names one.')),
  what: text('What is expected: backup, verify, rehearse.'),
  every_seconds: amount('How often it is expected.'),
  grace_seconds: amount('How late it may be.'),
  last_success_at: optional(time('The last one; absent where it never was.')),
  due_at: time('When the next one is due, without the grace.'),
})

const Recovery = Type.Object({
  collection: text('The collection.'),
  target: text('The store that its archives are of.'),
  archive: optional(
    text('The newest archive that can be restored as far as is known; absent where there is none.'),
  ),
  point_at: optional(time('The time that it brings back: when its scan began.')),
  point_age_seconds: optional(amount('What would be lost today.')),
  seconds: optional(amount('How long bringing it back takes.')),
  measured_at: optional(time('When that was measured; absent where it is an estimate.')),
  measured_by: optional(text('By what: rehearse, restore, or estimate from the rate of like runs.')),
  proved: optional(flag('Whether the restored objects were compared with the digest of the archive.')),
})

const Trend = Type.Object({
  ...subject,
  points: Type.Array(
    Type.Object({
      at: time('When the run began.'),
      run: text('Its id.'),
      status: text('How it ended.'),
      seconds: amount('How long it took.'),
      rate_per_second: optional(amount('Records or objects a second.')),
      bytes: count('Bytes in and out.'),
    }),
    { description: 'The runs of the period, the oldest first; evenly thinned beyond 200.' },
  ),
  median_rate_per_second: optional(amount('Of those of the points that were done.')),
  regression: optional(
    Type.Object({
      run: text('The run that is slower.'),
      rate_per_second: amount('Its rate.'),
      median_per_second: amount('What like runs had.'),
      slower: amount('By which share, 0 to 1.'),
    }),
  ),
})

const Traffic = Type.Object({
  place: text('A server as HOST:PORT, the file of a store of SQLite, or the directory that archives lie in.'),
  bytes_in: count('Bytes that came from it.'),
  bytes_out: count('Bytes that went to it.'),
  in_per_second: optional(amount('While runs moved something there.')),
  out_per_second: optional(amount('While runs moved something there.')),
  stalls_in: count('How often nothing came from it for long.'),
  stalls_out: count('How often it took nothing for long.'),
  stalled_in_seconds: amount('How long that was, together.'),
  stalled_out_seconds: amount('How long that was, together.'),
})

const Forecast = Type.Object({
  at: time('In 30 days.'),
  bytes: count('What archives will take then, if it goes on so.'),
  growth_bytes_per_day: amount('What they grew by over the period, of all collections together.'),
  directory: optional(text('The directory with the least room, where they grow.')),
  free_bytes: optional(count('Its room.')),
  full_at: optional(time('When it is full at that rate; absent beyond a hundred years.')),
})

const Storage = Type.Object({
  collection: text('The collection.'),
  archives: count('Complete archives.'),
  bytes: count('On disk.'),
  raw_bytes: count('Before compression.'),
  compression: optional(amount('raw_bytes divided by bytes.')),
  growth_bytes_per_day: optional(amount('Over the period.')),
  forecast_bytes: optional(count('What they will take in 30 days, if it goes on so.')),
  points: Type.Array(Type.Object({ at: time('A day.'), bytes: count('On disk then.') })),
})

const ArchiveLine = Type.Object({
  id: text('The archive.'),
  collection: text('Its collection.'),
  reason: text('Why it is listed.'),
  bytes: optional(count('On disk.')),
  age_seconds: optional(amount('How old.')),
})

const Hand = Type.Object({
  severity: Type.Union([Type.Literal('fault'), Type.Literal('warning')]),
  what: text('missed, failed, damaged, undelivered, stalled, regression, never_backed_up, unverified …'),
  collection: text('The collection; empty where it is of none.'),
  target: text('The store; empty where it is of none.'),
  message: text('A sentence: what is wrong.'),
  next: optional(text('The command, or the step, that helps.')),
  run: optional(text('The run.')),
  archive: optional(text('The archive.')),
  since: optional(time('Since when.')),
})

/** The document of `elysiactl report`; metrics, alerts and the dashboard use it too, so that their figures agree. */
export const MonitorReportSchema = Type.Object(
  {
    generated_at: time('When it was made.'),
    since: time('The begin of the period.'),
    slo_percent: optional(amount('The objective for success rates.')),
    needs_a_hand: Type.Array(Hand, { description: 'The gravest first; empty where all is well.' }),
    running: count('Runs that go on.'),
    success: Type.Array(SuccessRate),
    missed: Type.Array(Missed),
    expected: optional(
      Type.Array(Expected, { description: 'All that is expected, missed or not: what is due when.' }),
    ),
    recovery: Type.Array(Recovery),
    trends: Type.Array(Trend),
    storage: Type.Array(Storage),
    storage_forecast: optional(Forecast),

    traffic: optional(
      Type.Array(Traffic, {
        description:
          'What runs of the period, from the day of its begin on, moved to each place and from it.',
      }),
    ),
    cleanup: Type.Array(ArchiveLine, { description: 'What the retention rules would remove now.' }),
    damaged: Type.Array(ArchiveLine),
    unverified: Type.Array(ArchiveLine, { description: 'Not verified for long.' }),
    never_backed_up: Type.Array(
      Type.Object({ collection: text('Known from runs into it.'), target: text('Its store.') }),
    ),
    uncovered: Type.Array(Type.String(), { description: 'Collections that no expectation covers.' }),
    undelivered: count('Messages of alerts that no sink has taken yet.'),
    disk: Type.Array(
      Type.Object({
        directory: text('A directory of archives or of the state.'),
        free_bytes: count('Free.'),
        total_bytes: count('In all.'),
      }),
    ),
    notes: Type.Array(Type.String(), { description: 'What could not be looked at, and why.' }),
  },
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:elysiactl:schema:monitor-report:1',
    title: 'elysiactl report',
    description: 'What was done, what was missed, and what needs a hand.',
  },
)

/** The document of `elysiactl report`. */
export type MonitorReport = Static<typeof MonitorReportSchema>

export type NeedsAHand = MonitorReport['needs_a_hand'][number]
