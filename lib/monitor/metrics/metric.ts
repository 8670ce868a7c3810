/** All labels. No label comes from records: their number would have no bound. */
export const LABELS = ['kind', 'collection', 'target', 'code'] as const

export type Label = (typeof LABELS)[number]

/** One metric. Names follow the conventions of Prometheus: base units, `_total` only for counters. */
export interface Metric {
  readonly type: 'counter' | 'gauge'
  readonly help: string
  readonly labels: readonly Label[]
  /** How values with the same labels are joined, for example those of all `other` collections. */
  readonly joined: 'sum' | 'least' | 'most'
}

const RUN = ['kind', 'collection', 'target'] as const
const RUN_AND_CODE = [...RUN, 'code'] as const
const COLLECTION = ['collection'] as const
const RECOVERY = ['collection', 'target'] as const
const PLACE = ['target'] as const
const NONE = [] as const

function counter(help: string, labels: readonly Label[]): Metric {
  return { type: 'counter', help, labels, joined: 'sum' }
}

function gauge(help: string, labels: readonly Label[], joined: Metric['joined']): Metric {
  return { type: 'gauge', help, labels, joined }
}

/**
 * All metrics by name. The reader computes ages: a file or a gateway would show the same age forever. Joined
 * collections show their worst value: the oldest success, the earliest due time.
 */
export const METRICS = {
  elysiactl_runs_total: counter(
    'Runs that ended. code: done, rejects, interrupted, stopped, killed, or the error code of a failed one.',
    RUN_AND_CODE,
  ),
  elysiactl_run_duration_seconds_total: counter('How long runs took, in all.', RUN),
  elysiactl_records_total: counter('Records or objects that were settled.', RUN),
  elysiactl_rejected_records_total: counter('Records or objects that were refused.', RUN),
  elysiactl_read_bytes_total: counter('Bytes that were read: of inputs, archives, servers.', RUN),
  elysiactl_written_bytes_total: counter('Bytes that were written: into archives, into servers.', RUN),
  elysiactl_retries_total: counter('Calls that were repeated.', RUN),

  elysiactl_last_success_timestamp_seconds: gauge('When the last run that did all ended.', RUN, 'least'),
  elysiactl_last_success_duration_seconds: gauge('How long that took.', RUN, 'most'),
  elysiactl_last_success_records: gauge('Records or objects that it settled.', RUN, 'sum'),
  elysiactl_last_success_archive_bytes: gauge('Size of the archive that it made.', RUN, 'sum'),
  elysiactl_last_run_timestamp_seconds: gauge(
    'When the last run ended, however it did; of one that goes on, when it was last heard of.',
    RUN,
    'most',
  ),
  elysiactl_last_run_status: gauge(
    '1 for how the last run ended. code as of elysiactl_runs_total, or running.',
    RUN_AND_CODE,
    'most',
  ),
  elysiactl_last_run_failed: gauge(
    "1 where the last run that ended by itself or was killed failed, 0 where it did not; a user's typing error does not count.",
    RUN_AND_CODE,
    'most',
  ),

  elysiactl_runs_running: gauge('Runs that go on.', RUN, 'sum'),
  elysiactl_run_stalled: gauge('1 for a run that goes on and waits: nothing was acknowledged.', RUN, 'most'),
  elysiactl_run_progress_ratio: gauge(
    'How much of a run is done, 0 to 1, where the whole is known.',
    RUN,
    'least',
  ),
  elysiactl_run_records_per_second: gauge('Rate of a run that goes on.', RUN, 'sum'),
  elysiactl_run_bytes_per_second: gauge('Bytes in and out a second of a run that goes on.', RUN, 'sum'),
  elysiactl_run_resident_memory_bytes: gauge('Memory of the process of a run that goes on.', RUN, 'most'),

  elysiactl_place_received_bytes_total: counter(
    'Bytes that came from a place: from a server over its connections, from a store of SQLite, from archives.',
    PLACE,
  ),
  elysiactl_place_sent_bytes_total: counter('Bytes that went to a place.', PLACE),
  elysiactl_place_run_seconds_total: counter('How long the runs took that moved them.', PLACE),
  elysiactl_place_receive_stalls_total: counter('How often nothing came from a place for long.', PLACE),
  elysiactl_place_send_stalls_total: counter('How often a place took nothing for long.', PLACE),
  elysiactl_place_receive_stalled_seconds_total: counter('How long nothing came, in all.', PLACE),
  elysiactl_place_send_stalled_seconds_total: counter('How long it took nothing, in all.', PLACE),

  elysiactl_archives: gauge('Complete archives.', COLLECTION, 'sum'),
  elysiactl_archives_stored_bytes: gauge('Their size on disk.', COLLECTION, 'sum'),
  elysiactl_archives_raw_bytes: gauge('Their size before compression.', COLLECTION, 'sum'),
  elysiactl_damaged_archives: gauge('Archives that are damaged.', COLLECTION, 'sum'),
  elysiactl_unverified_archives: gauge('Archives that were not verified for long.', COLLECTION, 'sum'),
  elysiactl_recovery_point_timestamp_seconds: gauge(
    'The time that the newest sound archive brings back.',
    RECOVERY,
    'least',
  ),
  elysiactl_recovery_duration_seconds: gauge('How long bringing it back takes.', RECOVERY, 'most'),
  elysiactl_recovery_measured_timestamp_seconds: gauge(
    'When that was measured; absent where it is an estimate.',
    RECOVERY,
    'least',
  ),

  elysiactl_expectation_due_timestamp_seconds: gauge(
    'When the next run of this kind is due, its grace included.',
    RUN,
    'least',
  ),
  elysiactl_expectation_missed: gauge('1 where what was expected did not happen in time.', RUN, 'most'),
  elysiactl_collections_uncovered: gauge('Collections that no expectation covers.', NONE, 'most'),
  elysiactl_collections_never_backed_up: gauge('Collections that were never backed up.', NONE, 'most'),

  elysiactl_alerts_undelivered: gauge('Messages of alerts that nobody has taken yet.', NONE, 'most'),
  elysiactl_disk_free_bytes: gauge('Free space where archives and the state lie.', PLACE, 'least'),
  elysiactl_disk_size_bytes: gauge('Size of that file system.', PLACE, 'least'),

  elysiactl_collections_other: gauge(
    'Collections that are joined as collection="other", because there are more than 1000.',
    NONE,
    'most',
  ),
  elysiactl_generated_timestamp_seconds: gauge('When these figures were made.', NONE, 'most'),
} as const satisfies Readonly<Record<string, Metric>>

export type MetricName = keyof typeof METRICS

export type Labels = Readonly<Partial<Record<Label, string>>>

/** Values of metrics that share their labels. */
export interface SampleGroup {
  readonly labels: Labels
  readonly values: Values
}

export type Values = Readonly<Partial<Record<MetricName, number>>>
