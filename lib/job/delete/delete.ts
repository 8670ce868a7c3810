import { closingAfter } from '../../async/closeAll.ts'
import { ElysiaError } from '../../core/errors.ts'
import { failpoint } from '../../core/failpoint.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import { resolveInput } from '../../options/options.ts'
import type { JobResult, RunEnding } from '../../run/run.ts'
import type { Store } from '../../store/store.ts'
import { type DeleteOptionsInput, deleteOptions } from './options.ts'
import { planDelete } from './plan.ts'
import { type DeleteReport, deleteCounts, deleteReport, requireAll } from './report.ts'
import type { DeleteContext, DeleteRun } from './run.ts'
import { setUpDelete } from './setup.ts'

const IDS_AT_ONCE = 500

/**
 * Deletes the selected objects of a collection: finds and counts all of them first, then reads each batch again, checks
 * it, saves it, and deletes it by ids. Killed at any point, the same call deletes what is left, and each run can be
 * rolled back. Memory: a batch, and a cache of some megabytes.
 * @throws ElysiaError ELYSIA_CONFLICT if more is selected than may be deleted, or nobody agreed; then nothing is
 * deleted
 */
export async function deleteObjects(
  store: Store,
  schema: CollectionSchema,
  options: DeleteOptionsInput,
  context: DeleteContext = {},
): Promise<DeleteReport> {
  const { report, error } = await runDelete(store, schema, options, context)
  if (error !== undefined) throw error
  return report
}

/** As `deleteObjects`, but also resolves with the report if it failed or was stopped. @throws only if it could not begin */
export async function runDelete(
  store: Store,
  schema: CollectionSchema,
  input: DeleteOptionsInput,
  context: DeleteContext = {},
): Promise<JobResult<DeleteReport>> {
  const options = resolveInput(deleteOptions, input)
  const { run, begin, close } = await setUpDelete(store, schema, options, context)
  return closingAfter(close, async () => {
    let error: unknown
    try {
      const plan = await planDelete(run)
      if (!options.dryRun && plan.deletes > 0) {
        await requireAgreement(run, plan)
        await begin()
        await deleteSelected(run)
        requireAll(run)
        run.kept?.complete()
      }
    } catch (thrown) {
      error = thrown
    }
    const report = (ending: RunEnding) => deleteReport(run, ending)
    return run.frame.end({ error, report, counts: deleteCounts })
  })
}

async function requireAgreement(
  { frame, schema }: DeleteRun,
  plan: Awaited<ReturnType<typeof planDelete>>,
): Promise<void> {
  const { confirm } = frame.context
  if (confirm === undefined || (await confirm(plan))) return
  throw new ElysiaError('ELYSIA_CONFLICT', `no object of ${schema.class} was deleted: nobody agreed`, {
    hint: '--yes deletes them without asking',
  })
}

async function deleteSelected(run: DeleteRun): Promise<void> {
  const { calls, selected, frame } = run
  let done = 0
  for (const { tenant } of calls) {
    let last = ''
    for (;;) {
      frame.signal.throwIfAborted()
      frame.stop.throwIfAborted()
      const ids = selected.after(last, IDS_AT_ONCE, tenant)
      if (ids.length === 0) break
      last = ids.at(-1)!
      await deleteBatch(run, ids, tenant)
      done += ids.length
      frame.emit({ type: 'progress', unit: 'objects', phase: 'deleting', done, total: selected.count })
    }
  }
}

/** Saves and deletes only what is still selected in its current state. */
async function deleteBatch(
  { sending, whole, selection, kept, progress }: DeleteRun,
  ids: readonly string[],
  tenant: string | undefined,
): Promise<void> {
  const existing = await sending.find(ids, whole, tenant)
  const due = [...existing.values()].filter(selection.selects)
  const of = tenant === undefined ? {} : { tenant }
  if (kept !== undefined && due.length > 0) {
    failpoint('delete.before-undo')
    await kept.keep(due.map((before) => ({ id: before.id, ...of, before })))
    failpoint('delete.undo-kept')
  }
  const { existed, refused } = await sending.remove(new Map(due.map(({ id }) => [id, tenant])))
  failpoint('delete.deleted')
  const deleted = due.filter(({ id }) => existed.has(id) && !refused.has(id)).length
  progress.deleted += deleted
  progress.rejected += refused.size
  progress.changed += existing.size - due.length
  progress.gone += ids.length - existing.size + (due.length - deleted - refused.size)
}
