import type { ArchiveRecord } from '../../catalog/record.ts'
import type { HistoryEntry } from '../history/entry.ts'
import type { KnownArchives } from './archives.ts'
import { median } from './regression.ts'
import type { MonitorReport } from './schema.ts'
import type { ReportedSubject } from './subjects.ts'

type Recovery = MonitorReport['recovery'][number]

/**
 * The archive that would restore a collection, its age, and how long a restore takes: measured if possible, otherwise
 * estimated.
 */
export function recoveryOf(
  archives: KnownArchives,
  subjects: readonly ReportedSubject[],
  nowMs: number,
): Recovery[] {
  const byPlace = Map.groupBy(archives.complete, ({ collection, cluster }) => `${collection}\0${cluster}`)
  return [...byPlace.values()]
    .map((some) => {
      const { collection, cluster: target } = some[0]!
      const newest = newestSound(some, archives)
      if (newest === undefined) return { collection, target }
      return {
        ...{ collection, target, archive: newest.id, point_at: newest.started },
        point_age_seconds: Math.max(0, nowMs - Date.parse(newest.started)) / 1000,
        ...timeOf(newest, subjects),
        proved: some.some((one) => archives.isSound(one.id) && isRehearsed(one)),
      }
    })
    .sort((a, b) => (a.collection + a.target < b.collection + b.target ? -1 : 1))
}

function newestSound(some: readonly ArchiveRecord[], { isSound }: KnownArchives): ArchiveRecord | undefined {
  return some
    .filter(({ id }) => isSound(id))
    .reduce<ArchiveRecord | undefined>(
      (newest, one) => (newest === undefined || one.started > newest.started ? one : newest),
      undefined,
    )
}

function isRehearsed({ verified }: ArchiveRecord): boolean {
  return verified?.ok === true && String(verified.level) === 'rehearsed'
}

/** The last rehearsal or restore, otherwise the archive's size at the rate of similar runs. */
function timeOf(
  { collection, objects }: ArchiveRecord,
  subjects: readonly ReportedSubject[],
): Pick<Recovery, 'seconds' | 'measured_at' | 'measured_by'> {
  const measured = lastOf(subjects, collection)
  if (measured !== undefined) {
    const at = measured.ended_at ?? measured.started_at
    return { seconds: measured.seconds ?? 0, measured_at: at, measured_by: measured.kind }
  }
  const rate = likelyRate(subjects, collection)
  return rate === undefined ? {} : { seconds: objects / rate, measured_by: 'estimate' }
}

function lastOf(subjects: readonly ReportedSubject[], collection: string): HistoryEntry | undefined {
  const found = subjects
    .filter((one) => one.collection === collection && (one.kind === 'rehearse' || one.kind === 'restore'))
    .flatMap(({ lastSuccess }) => (lastSuccess === undefined ? [] : [lastSuccess]))
  return found.sort((a, b) => (a.started_at < b.started_at ? 1 : -1))[0]
}

/** The rate of restores of any collection; otherwise of backups of this one, which are at best as fast. */
function likelyRate(subjects: readonly ReportedSubject[], collection: string): number | undefined {
  const rates = (choose: (subject: ReportedSubject) => boolean) =>
    subjects
      .filter(choose)
      .flatMap(({ runs, lastSuccess }) => [
        ...(runs?.points ?? [])
          .filter(({ status, rate }) => status === 'done' && rate > 0)
          .map(({ rate }) => rate),
        ...(lastSuccess?.rate_per_second ? [lastSuccess.rate_per_second] : []),
      ])
  const restores = rates(({ kind }) => kind === 'restore' || kind === 'rehearse')
  const some =
    restores.length > 0 ? restores : rates((one) => one.kind === 'backup' && one.collection === collection)
  return some.length === 0 ? undefined : median(some)
}
