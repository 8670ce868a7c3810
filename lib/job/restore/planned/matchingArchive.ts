import { ElysiaError } from '../../../core/errors.ts'
import { pluralize } from '../../../core/units.ts'
import { type Deletions, ExtraneousIds, placeOf } from '../conflict/extraneousIds.ts'
import { IDS_NAMED, readSource, requireFew } from '../conflict/planDeletions.ts'
import type { RestoreRun } from '../run.ts'
import type { Plan } from './plan.ts'

/**
 * Reads the complete archive of a plan and checks: it contains what the plan writes, and lacks what the plan deletes.
 * Returns what a replace deletes. Memory: a page; the ids are in a file.
 * @throws ElysiaError ELYSIA_CONFLICT if the plan disagrees, or deletes more than `--max-delete` allows; ELYSIA_DAMAGED
 * if the archive is damaged
 */
export async function requireMatchingArchive(run: RestoreRun, planned: Plan): Promise<Deletions | undefined> {
  const { kept, class: name, store, options } = run
  const ids = kept.extraneous ?? new ExtraneousIds()
  try {
    await readSource(run, ids, () => {})
    // Such a plan has ids that the archive lacks, and deletes nothing: it is no replace.
    if (run.plan.transforms.expands) return undefined
    for (const entries of planned.batches()) ids.addTarget(entries.filter((entry) => entry.do !== 'delete'))
    if (ids.count > 0) throw other(run, planned, `writes ${pluralize(ids.count, 'object')} missing from`)
    for (const entries of planned.deletions()) ids.addTarget(entries)
    const { create, delete: deletes } = planned.end.counts
    if (ids.count !== deletes)
      throw other(run, planned, `deletes ${pluralize(deletes - ids.count, 'object')} of`)
    if (kept.extraneous === undefined) return undefined
    const { source } = ids
    const first = ids.first(IDS_NAMED).map(placeOf)
    // As many as when the plan was made: an interrupted run of it may have deleted some.
    const objects = source - create + deletes
    const plan = { collection: name, target: store.target, objects, source, deletes, ids: first }
    requireFew(plan, options.maxDelete)
    return plan
  } finally {
    if (kept.extraneous === undefined) ids.close()
  }
}

function other({ source }: RestoreRun, { path }: Plan, fact: string): ElysiaError {
  return new ElysiaError('ELYSIA_CONFLICT', `the plan ${path} ${fact} ${source.name}`, {
    hint: 'nothing was written; a plan is applied only as it was made: make a new one with `elysiactl col restore … --plan FILE`',
  })
}
