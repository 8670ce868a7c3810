import { ElysiaError } from '../../core/errors.ts'
import { toThousandths } from '../../core/units.ts'
import { failureOf } from '../../run/failure.ts'
import type { RunCounts } from '../../run/record.ts'
import type { RunEnding } from '../../run/run.ts'
import type { PlannedChange, RollbackRun } from './run.ts'

/** What a rollback did. `objects` = `put_back`, `removed`, `unchanged`, `left` and `rejected`, always. */
export interface RollbackReport {
  id: string
  status: 'done' | 'interrupted' | 'failed' | 'planned'
  /** The run whose changes were reverted. */
  undone: string
  class: string
  target: string
  dry_run: boolean
  /** Objects that the run had touched. */
  objects: number
  put_back: number
  /** Objects that the run had created. */
  removed: number
  /** Objects that are as they were before the run. */
  unchanged: number
  /** Objects that someone else has changed since; they stay. */
  left: number
  /** Objects that the store refused. */
  rejected: number
  references: number
  references_rejected: number
  /** The file with the ids of objects that were left or refused; null if there are none. */
  left_file: string | null
  /** Tenants that the run had made. */
  tenants_made: readonly string[]
  /** Those tenants that were empty again, and were removed. */
  tenants_removed: readonly string[]
  /** For a dry run: what would happen to objects that have changed, up to 1000 of them; otherwise null. */
  changes: readonly PlannedChange[] | null
  /** Objects that were read back and are as before; null if it did not get that far. */
  verified: number | null
  retries: number
  /** When this process began it. */
  started_at: string
  seconds: number
  peak_rss_bytes: number
  error?: { code: string; message: string }
}

/** What each field of the report means, for SPEC.md. */
export const ROLLBACK_REPORT: Readonly<Record<keyof RollbackReport, string>> = {
  id: 'The id of the rollback.',
  status: '`done`, `interrupted`, `failed`, or `planned` by a dry run.',
  undone: 'The run whose changes were undone.',
  class: 'The class that it changed.',
  target: 'The store, without secrets.',
  dry_run: 'Nothing was written.',
  objects: 'Objects that the run touched: the sum of the next five.',
  put_back: 'Objects that are as they were before the run, again.',
  removed: 'Objects that the run had brought.',
  unchanged: 'Objects that were as before the run already.',
  left: 'Objects that somebody else has changed since; they stay so without `--force`.',
  rejected: 'Objects that the store refused to restore.',
  references: 'References of the objects that were put back.',
  references_rejected: 'References that the store refused.',
  left_file:
    'JSON lines `{id, tenant?, found, reason?}` of those that were left or refused; null where there are none.',
  tenants_made: 'Tenants that the run had made.',
  tenants_removed: 'Those of them that held nothing any more, and were removed; the others stay.',
  changes:
    'Of a dry run: `{id, tenant?, fate}` of up to 1000 objects that are not as before, and what would become of each; null otherwise.',
  verified: 'Objects that were read back and are as before; null where it did not come to that.',
  retries: 'Calls to the store that were repeated.',
  started_at: 'When this process began it.',
  seconds: 'How long it took.',
  peak_rss_bytes: 'The most memory the process held.',
  error: 'Why it failed; absent where it did not.',
}

/** Makes the report of a rollback. */
export function rollbackReport(
  run: RollbackRun,
  { status, error, startedAt, seconds, retries }: RunEnding,
): RollbackReport {
  const { progress, kept, store, options } = run
  const { put_back, removed, unchanged, left } = progress.fates
  return {
    id: run.id,
    status: options.dryRun && status === 'done' ? 'planned' : status,
    undone: kept.header.run,
    class: kept.header.class,
    target: store.target,
    dry_run: options.dryRun,
    objects: put_back + removed + unchanged + left + progress.rejected,
    put_back,
    removed,
    unchanged,
    left,
    rejected: progress.rejected,
    references: progress.references,
    references_rejected: progress.referencesRejected,
    left_file: run.left.path ?? null,
    tenants_made: kept.header.tenants_made ?? [],
    tenants_removed: progress.tenantsRemoved,
    changes: options.dryRun ? progress.changes : null,
    verified: progress.verified ?? null,
    retries,
    started_at: startedAt,
    seconds: toThousandths(seconds),
    peak_rss_bytes: process.resourceUsage().maxRSS * 1024,
    ...(error !== undefined && { error: failureOf(error) }),
  }
}

/** The counts that the journal keeps. */
export function rollbackCounts(report: RollbackReport): RunCounts {
  const { objects, put_back, removed, unchanged, left, rejected } = report
  return { objects, put_back, removed, unchanged, left, rejected }
}

/**
 * Checks the sums of a finished rollback.
 * @throws ElysiaError ELYSIA_ACCOUNTING if an object that the run touched has no outcome
 */
export function requireAll({ index, progress }: RollbackRun): void {
  const others = progress.rejected + progress.notLookedAt
  const objects = Object.values(progress.fates).reduce((sum, count) => sum + count, others)
  if (objects === index.objects) return
  throw new ElysiaError('ELYSIA_ACCOUNTING', `${objects} objects of ${index.objects} have an outcome`, {
    hint: 'this is a defect of elysiactl; please report it with this message',
  })
}
