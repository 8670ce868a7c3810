import type { Manifest } from '../../archive/manifest.ts'
import { sumOfDigests } from '../../archive/object/digest.ts'
import { toThousandths } from '../../core/units.ts'
import { type Failure, failureOf } from '../../run/failure.ts'
import type { RunCounts } from '../../run/record.ts'
import type { Ending, RunFacts } from '../../run/run.ts'
import type { DeclaredTransform } from '../../transform/pipeline.ts'
import type { RejectReason } from '../restore/reasons.ts'
import type { BackupState, BackupTask } from './job.ts'

/**
 * What a backup did. Counts are of bytes that were written and read again: of one that did not come to its end those of
 * the parts that `--resume` keeps.
 */
export interface BackupReport {
  /** The id of the run. */
  readonly id: string
  /** The id of the archive; empty where it failed before it had one. */
  readonly archive: string
  readonly status: 'done' | 'interrupted' | 'failed'
  /** `incremental`: it holds what has changed since `base`. */
  readonly kind: 'full' | 'incremental'
  readonly base?: string
  readonly collection: string
  readonly target: string
  /** Where it lies; `-` for a pipe. */
  readonly location: string
  readonly format: string
  readonly compression: string
  readonly reason?: string
  readonly parts: number
  /** Parts that an interrupted run had made, and that were kept. */
  readonly parts_kept: number
  readonly objects: number
  /** Objects that a transform refused, which the archive lacks; of an increment, among those that it read. */
  readonly rejected: number
  /** Why: at most ten reasons counted separately; of objects that this process read. */
  readonly reject_reasons: readonly RejectReason[]
  /** Where they are; absent where there are none, or nobody keeps them. */
  readonly rejects_file?: string
  /** What became of objects before they were archived, in order. */
  readonly transforms: readonly DeclaredTransform[]
  /** Ids that were asked for of which the store has no object; absent where none were. */
  readonly not_found?: number
  readonly vectors: number
  readonly tenants?: number
  readonly bytes: number
  readonly raw_bytes: number
  readonly digest: string
  /** Of an increment: objects of the base that are gone. */
  readonly removed?: number
  /** Of an increment: all objects of the collection. */
  readonly state?: Manifest['state']
  /** Absent where it did not come to its end. */
  readonly counts?: Manifest['counts']
  readonly consistency?: string
  readonly retries: number
  /** When this process began it, in ISO 8601 and UTC. */
  readonly started_at: string
  readonly seconds: number
  /** Objects a second. */
  readonly rate: number
  readonly peak_rss_bytes: number
  /** What ended it, where it did not come to its end. */
  readonly error?: Failure
}

/** What a report is made of. */
export interface BackupFacts {
  readonly id: string
  readonly task: BackupTask
  /** The class, where it is known, or as it was named. */
  readonly collection: string
  readonly state: BackupState
  readonly ending: Ending
}

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

/** As it was chosen; as it was asked for where it failed before that. */
function encodingText({ options }: BackupTask, { plan }: BackupState) {
  if (plan === undefined) return { format: options.format, compression: options.compression }
  const { format, compression, level, reason } = plan.encoding
  return {
    format,
    compression: `${compression}${level === undefined ? '' : `:${level}`}`,
    ...(reason !== undefined && { reason }),
  }
}

/** What the journal keeps of a backup. */
export function backupCounts({ objects, vectors, parts, bytes }: BackupReport): RunCounts {
  return { objects, vectors, parts, bytes }
}

/** What the last event of a backup says of its archive. */
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
