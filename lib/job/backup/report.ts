import type { Manifest } from '../../archive/manifest.ts'
import { sumOfDigests } from '../../archive/object/digest.ts'
import { toThousandths } from '../../core/units.ts'
import { type Failure, failureOf } from '../../run/failure.ts'
import type { RunCounts } from '../../run/record.ts'
import type { RunEnding, RunFacts } from '../../run/run.ts'
import type { DeclaredTransform } from '../../transform/pipeline.ts'
import type { RejectReason } from '../restore/reasons.ts'
import type { BackupState, BackupTask } from './job.ts'

/**
 * What a backup did. Counts cover bytes that were written and read again; for an unfinished backup, those of the parts
 * that `--resume` keeps.
 */
export interface BackupReport {
  /** The id of the run. */
  readonly id: string
  /** The id of the archive; empty if it failed before it had one. */
  readonly archive: string
  readonly status: 'done' | 'interrupted' | 'failed'
  /** `incremental`: it holds what has changed since `base`. */
  readonly kind: 'full' | 'incremental'
  readonly base?: string
  readonly collection: string
  readonly target: string
  /** The location of the archive; `-` for a pipe. */
  readonly location: string
  readonly format: string
  readonly compression: string
  readonly reason?: string
  readonly parts: number
  /** Parts of an interrupted run that were kept. */
  readonly parts_kept: number
  readonly objects: number
  /** Objects that a transform refused, and that the archive lacks; for an increment, among those that it read. */
  readonly rejected: number
  /** Why this process refused objects: at most ten reasons counted separately. */
  readonly reject_reasons: readonly RejectReason[]
  /** The path of the rejects file; absent if there are none, or nothing keeps them. */
  readonly rejects_file?: string
  /** The transforms that objects went through, in order. */
  readonly transforms: readonly DeclaredTransform[]
  /** Requested ids that the store does not have; absent if none were requested. */
  readonly not_found?: number
  readonly vectors: number
  readonly tenants?: number
  readonly bytes: number
  readonly raw_bytes: number
  readonly digest: string
  /** For an increment: objects of the base that are gone. */
  readonly removed?: number
  /** For an increment: all objects of the collection. */
  readonly state?: Manifest['state']
  /** Absent if it did not finish. */
  readonly counts?: Manifest['counts']
  readonly consistency?: string
  readonly retries: number
  /** When this process began, in ISO 8601 and UTC. */
  readonly started_at: string
  readonly seconds: number
  /** Objects a second. */
  readonly rate: number
  readonly peak_rss_bytes: number
  /** The error, if it did not finish. */
  readonly error?: Failure
}

/** The facts of a report. */
export interface BackupFacts {
  readonly id: string
  readonly task: BackupTask
  /** The class, if known, otherwise the name that the user gave. */
  readonly collection: string
  readonly state: BackupState
  readonly ending: RunEnding
}

/** Makes the report of a backup, finished or not. It is `done` only with a manifest. */
export function backupReport({ id, task, collection, state, ending }: BackupFacts): BackupReport {
  const { plan, parts, index, manifest } = state
  const { status, error, startedAt, seconds, retries } = ending
  const sum = (key: 'objects' | 'vectors' | 'bytes' | 'raw_bytes') =>
    parts.reduce((total, part) => total + part[key], 0)
  const objects = sum('objects')
  const isDone = status === 'done' && manifest !== undefined
  return {
    id,
    archive: plan?.id ?? '',
    status,
    kind: plan?.kind ?? 'full',
    ...(plan?.parent !== undefined && { base: plan.parent }),
    collection,
    target: task.store.target,
    location: task.location,
    ...encodingText(task, state),
    parts: parts.length,
    parts_kept: state.kept,
    objects,
    rejected: manifest?.counts.rejected ?? state.refused.count,
    reject_reasons: state.refused.reasons(),
    ...(state.refused.path !== undefined && { rejects_file: state.refused.path }),
    transforms: (plan?.transforms ?? []) as readonly DeclaredTransform[],
    ...(plan?.selection?.objects && { not_found: state.unseen.size }),
    vectors: sum('vectors'),
    ...(plan?.tenants && { tenants: plan.tenants.length }),
    bytes: state.bytes ?? sum('bytes'),
    raw_bytes: sum('raw_bytes'),
    digest: sumOfDigests(parts.map(({ digest }) => digest)),
    ...(plan?.kind === 'incremental' && { removed: index.reduce((sum, one) => sum + one.removed, 0) }),
    ...(isDone && manifest.state && { state: manifest.state }),
    ...(isDone && { counts: manifest.counts, consistency: manifest.consistency }),
    retries,
    started_at: startedAt,
    seconds: toThousandths(seconds),
    rate: toThousandths(objects / seconds),
    peak_rss_bytes: process.resourceUsage().maxRSS * 1024,
    ...(error !== undefined && { error: failureOf(error) }),
  }
}

/** The chosen encoding; the requested one if it failed before choosing. */
function encodingText({ options }: BackupTask, { plan }: BackupState) {
  if (plan === undefined) return { format: options.format, compression: options.compression }
  const { format, compression, level, reason } = plan.encoding
  return {
    format,
    compression: `${compression}${level === undefined ? '' : `:${level}`}`,
    ...(reason !== undefined && { reason }),
  }
}

/** The counts of a backup that the journal keeps. */
export function backupCounts({ objects, vectors, parts, bytes }: BackupReport): RunCounts {
  return { objects, vectors, parts, bytes }
}

/** The facts in a backup's last event. */
export function backupFacts(report: BackupReport): RunFacts {
  const { archive, status, bytes, raw_bytes, rejects_file, rate } = report
  return {
    rate_per_second: rate,
    ...(archive !== '' && { archive }),
    ...(status === 'done' && { archive_bytes: bytes }),
    ...(rejects_file !== undefined && { rejects_file }),
    ...{ bytes_in: raw_bytes, bytes_out: bytes },
  }
}
