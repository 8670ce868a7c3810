/** All labels. No label comes from records: their number would have no bound. */
export const LABELS = ['kind', 'collection', 'target', 'code'] as const

/** The name of a label. */
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
    'Runs that have ended. code: done, rejects, interrupted, stopped, killed, or the error code of a failed run.',
    RUN_AND_CODE,
  ),
  elysiactl_run_duration_seconds_total: counter('Seconds that all runs took.', RUN),
  elysiactl_records_total: counter('Settled records or objects.', RUN),
  elysiactl_rejected_records_total: counter('Rejected records or objects.', RUN),
  elysiactl_read_bytes_total: counter('Bytes read from inputs, archives and servers.', RUN),
  elysiactl_written_bytes_total: counter('Bytes written to archives and servers.', RUN),
  elysiactl_retries_total: counter('Repeated calls.', RUN),

  elysiactl_last_success_timestamp_seconds: gauge('When the last successful run ended.', RUN, 'least'),
  elysiactl_last_success_duration_seconds: gauge('Seconds that the last successful run took.', RUN, 'most'),
  elysiactl_last_success_records: gauge(
    'Records or objects that the last successful run settled.',
    RUN,
    'sum',
  ),
  elysiactl_last_success_archive_bytes: gauge(
    'Bytes of the archive that the last successful run made.',
    RUN,
    'sum',
  ),
  elysiactl_last_run_timestamp_seconds: gauge(
    'When the last run ended, whatever its result; for a run in progress, when it last reported.',
    RUN,
    'most',
  ),
  elysiactl_last_run_status: gauge(
    '1 for the result of the last run. code: as in elysiactl_runs_total, or running.',
    RUN_AND_CODE,
    'most',
  ),
  elysiactl_last_run_failed: gauge(
    "1 where the last run that ended by itself or was killed failed, 0 where it did not; a user's typing error does not count.",
    RUN_AND_CODE,
    'most',
  ),

  elysiactl_runs_running: gauge('Runs in progress.', RUN, 'sum'),
  elysiactl_run_stalled: gauge(
    '1 for a run in progress that is stalled: nothing was acknowledged for a while.',
    RUN,
    'most',
  ),
  elysiactl_run_progress_ratio: gauge(
    'Settled share of a run in progress, from 0 to 1; absent if the total is unknown.',
    RUN,
    'least',
  ),
  elysiactl_run_records_per_second: gauge('Records or objects per second of a run in progress.', RUN, 'sum'),
  elysiactl_run_bytes_per_second: gauge('Bytes in and out per second of a run in progress.', RUN, 'sum'),
  elysiactl_run_resident_memory_bytes: gauge('Memory of the process of a run in progress.', RUN, 'most'),

  elysiactl_place_received_bytes_total: counter(
    'Bytes received from a place: a server, a SQLite store or a directory of archives.',
    PLACE,
  ),
  elysiactl_place_sent_bytes_total: counter('Bytes sent to a place.', PLACE),
  elysiactl_place_run_seconds_total: counter('Seconds that the runs took that moved these bytes.', PLACE),
  elysiactl_place_receive_stalls_total: counter('How often a run waited long for data from a place.', PLACE),
  elysiactl_place_send_stalls_total: counter('How often a place accepted nothing for long.', PLACE),
  elysiactl_place_receive_stalled_seconds_total: counter(
    'Seconds of all waits for data from a place.',
    PLACE,
  ),
  elysiactl_place_send_stalled_seconds_total: counter(
    'Seconds of all times that a place accepted nothing.',
    PLACE,
  ),

  elysiactl_archives: gauge('Complete archives.', COLLECTION, 'sum'),
  elysiactl_archives_stored_bytes: gauge('Bytes of complete archives on disk.', COLLECTION, 'sum'),
  elysiactl_archives_raw_bytes: gauge('Bytes of complete archives before compression.', COLLECTION, 'sum'),
  elysiactl_damaged_archives: gauge('Damaged archives.', COLLECTION, 'sum'),
  elysiactl_unverified_archives: gauge('Archives not verified for a long time.', COLLECTION, 'sum'),
  elysiactl_recovery_point_timestamp_seconds: gauge(
    'The point in time that the newest undamaged archive restores.',
    RECOVERY,
    'least',
  ),
  elysiactl_recovery_duration_seconds: gauge('Seconds that this restore takes.', RECOVERY, 'most'),
  elysiactl_recovery_measured_timestamp_seconds: gauge(
    'When the duration of the restore was measured; absent for an estimate.',
    RECOVERY,
    'least',
  ),

  elysiactl_expectation_due_timestamp_seconds: gauge(
    'When the next run of this kind is due, including its grace.',
    RUN,
    'least',
  ),
  elysiactl_expectation_missed: gauge('1 if an expected run did not happen in time.', RUN, 'most'),
  elysiactl_collections_uncovered: gauge('Collections that no expectation covers.', NONE, 'most'),
  elysiactl_collections_never_backed_up: gauge('Collections that were never backed up.', NONE, 'most'),

  elysiactl_alerts_undelivered: gauge('Alert messages that no sink has accepted yet.', NONE, 'most'),
  elysiactl_disk_free_bytes: gauge(
    'Free bytes on the file system of an archive or state directory.',
    PLACE,
    'least',
  ),
  elysiactl_disk_size_bytes: gauge('Size in bytes of that file system.', PLACE, 'least'),

  elysiactl_collections_other: gauge(
    'Collections joined as collection="other", because there are more than 1000.',
    NONE,
    'most',
  ),
  elysiactl_generated_timestamp_seconds: gauge('When these metrics were generated.', NONE, 'most'),
} as const satisfies Readonly<Record<string, Metric>>

/** The name of a metric. */
export type MetricName = keyof typeof METRICS

/** The labels of a sample with their values. */
export type Labels = Readonly<Partial<Record<Label, string>>>

/** Values of metrics that share their labels. */
export interface SampleGroup {
  readonly labels: Labels
  readonly values: Values
}

/** The values of metrics by name, in the unit that the name ends with. */
export type Values = Readonly<Partial<Record<MetricName, number>>>
