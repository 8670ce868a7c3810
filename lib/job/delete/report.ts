import { ElysiaError } from '../../core/errors.ts'
import { failureOf } from '../../run/failure.ts'
import type { RunCounts } from '../../run/record.ts'
import type { RunEnding } from '../../run/run.ts'
import type { DeleteRun } from './run.ts'

/** What a deletion did. `objects` = `deleted`, `gone`, `changed`, `rejected` and `left`, always. */
export interface DeleteReport {
  id: string
  status: 'done' | 'interrupted' | 'failed' | 'planned'
  class: string
  target: string
  /** How the objects were selected. */
  selection: string
  dry_run: boolean
  /** Objects that were selected. */
  objects: number
  /** Objects that the store acknowledged as deleted. */
  deleted: number
  /** Objects that someone else had deleted meanwhile. */
  gone: number
  /** Objects that changed meanwhile and are no longer selected; they stay. */
  changed: number
  /** Objects that the store refused to delete. */
  rejected: number
  /** Objects that were not reached. */
  left: number
  /** Requested ids that have no object; absent if none were requested. */
  not_found?: number
  /** Where the deleted objects are saved; null if they are not. */
  undo: {
    readonly directory: string
    readonly objects: number
    readonly bytes: number
    readonly kept_until: string
  } | null
  retries: number
  started_at: string
  seconds: number
  peak_rss_bytes: number
  error?: { code: string; message: string }
}

/** What each field of the report means, for SPEC.md. */
export const DELETE_REPORT: Readonly<Record<keyof DeleteReport, string>> = {
  id: 'The id of the run.',
  status: '`done`, `interrupted`, `failed`, or `planned` by a dry run.',
  class: 'The class that the objects were deleted from.',
  target: 'The store, without secrets.',
  selection: 'How the objects were selected.',
  dry_run: 'Nothing was deleted.',
  objects: 'Objects that were selected: the sum of the next five.',
  deleted: 'Objects that the store acknowledged as deleted.',
  gone: 'Objects that somebody else had deleted meanwhile.',
  changed: 'Objects that were changed meanwhile, so that they are no longer selected; they stay.',
  rejected: 'Objects that the store refused to delete.',
  left: 'Objects that it did not come to.',
  not_found: 'Ids of `--objects` of which there is no object; absent without that option.',
  undo: '`{directory, objects, bytes, kept_until}` of what was deleted; null where it is not kept.',
  retries: 'Calls to the store that were repeated.',
  started_at: 'When it began.',
  seconds: 'How long it took.',
  peak_rss_bytes: 'The most memory the process held.',
  error: 'Why it failed; absent where it did not.',
}

/** Makes the report of a deletion. Selected objects without an outcome are `left`. */
export function deleteReport(run: DeleteRun, ending: RunEnding): DeleteReport {
  const { progress, kept, options, selection, selected } = run
  const { status, error, startedAt, seconds, retries } = ending
  const { deleted, gone, changed, rejected } = progress
  return {
    id: run.id,
    status: options.dryRun && status === 'done' ? 'planned' : status,
    class: run.schema.class,
    target: run.store.target,
    selection: run.selectionText,
    dry_run: options.dryRun,
    objects: selected.count,
    deleted,
    gone,
    changed,
    rejected,
    left: selected.count - deleted - gone - changed - rejected,
    ...(selection.ids !== undefined && { not_found: run.unseen.size }),
    undo: kept === undefined ? null : undoFacts(kept, options.keepUndoMs),
    retries,
    started_at: startedAt,
    seconds: Math.round(seconds * 1000) / 1000,
    peak_rss_bytes: process.resourceUsage().maxRSS * 1024,
    ...(error !== undefined && { error: failureOf(error) }),
  }
}

function undoFacts(
  { directory, size }: NonNullable<DeleteRun['kept']>,
  keepMs: number,
): DeleteReport['undo'] {
  const kept_until = new Date(Date.now() + keepMs).toISOString()
  return { directory, objects: size.entries, bytes: size.bytes, kept_until }
}

/** The counts of a deletion that the journal keeps. */
export function deleteCounts({ objects, deleted, gone, changed, rejected, left }: DeleteReport): RunCounts {
  return { objects, deleted, gone, changed, rejected, left }
}

/** Checks the sums of a finished deletion. @throws ElysiaError ELYSIA_ACCOUNTING if an object has no outcome */
export function requireAll({ progress, selected }: DeleteRun): void {
  const { deleted, gone, changed, rejected } = progress
  if (selected.count === deleted + gone + changed + rejected) return
  throw new ElysiaError('ELYSIA_ACCOUNTING', `of ${selected.count} objects ${JSON.stringify(progress)}`, {
    hint: 'this is a defect of elysiactl; please report it with this message',
  })
}
