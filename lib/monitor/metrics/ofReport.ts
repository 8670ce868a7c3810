import type { MonitorReport } from '../report/schema.ts'
import { groupOf, secondsOf } from './groups.ts'
import type { SampleGroup } from './metric.ts'

/** Metrics from the report: archives, recovery, expectations, messages, disks. */
export function ofReport(report: MonitorReport): SampleGroup[] {
  return [
    ...ofArchives(report),
    ...report.recovery.flatMap(({ collection, target, point_at, seconds, measured_at }) =>
      groupOf(
        { collection, target },
        {
          elysiactl_recovery_point_timestamp_seconds: secondsOf(point_at),
          elysiactl_recovery_duration_seconds: seconds,
          elysiactl_recovery_measured_timestamp_seconds: secondsOf(measured_at),
        },
      ),
    ),
    ...(report.expected ?? report.missed).flatMap(ofExpectation),
    ...report.disk.flatMap(({ directory, free_bytes, total_bytes }) =>
      groupOf(
        { target: directory },
        { elysiactl_disk_free_bytes: free_bytes, elysiactl_disk_size_bytes: total_bytes },
      ),
    ),
    ...groupOf(
      {},
      {
        elysiactl_collections_uncovered: report.uncovered.length,
        elysiactl_collections_never_backed_up: report.never_backed_up.length,
        elysiactl_alerts_undelivered: report.undelivered,
      },
    ),
  ]
}

type ExpectedLine = NonNullable<MonitorReport['expected']>[number]

function ofExpectation({ collection, target, what, due_at, grace_seconds }: ExpectedLine): SampleGroup[] {
  const due = secondsOf(due_at)
  return groupOf(
    { kind: what, collection, target: target ?? '' },
    { elysiactl_expectation_due_timestamp_seconds: due && due + grace_seconds },
  )
}

/** A collection without damage has a 0: an absent metric could mean that nobody looked. */
function ofArchives({ storage, damaged, unverified }: MonitorReport): SampleGroup[] {
  const collections = new Set([...storage, ...damaged, ...unverified].map(({ collection }) => collection))
  const number = (lines: MonitorReport['damaged'], name: string) =>
    lines.filter(({ collection }) => collection === name).length
  return [
    ...storage.flatMap(({ collection, archives, bytes, raw_bytes }) =>
      groupOf(
        { collection },
        {
          elysiactl_archives: archives,
          elysiactl_archives_stored_bytes: bytes,
          elysiactl_archives_raw_bytes: raw_bytes,
        },
      ),
    ),
    ...[...collections].flatMap((collection) =>
      groupOf(
        { collection },
        {
          elysiactl_damaged_archives: number(damaged, collection),
          elysiactl_unverified_archives: number(unverified, collection),
        },
      ),
    ),
  ]
}
