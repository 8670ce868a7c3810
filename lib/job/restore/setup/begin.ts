import { existsSync } from 'node:fs'
import { ElysiaError } from '../../../core/errors.ts'
import type { RunKey } from '../../../run/record.ts'
import { removeExpired } from '../../undo/expiry.ts'
import type { Continuation } from '../continuation.ts'
import type { RestoreContext, RestoreRun } from '../run.ts'
import { makeRunDirectory, removeDeadRuns } from '../runDirectory.ts'

/** Begins the run of a restore, or continues it. */
export async function beginRestore(
  run: RestoreRun,
  { left, run: continued }: Continuation,
  key: RunKey,
): Promise<void> {
  const { frame, store, source, kept, plan } = run
  const { state } = frame.context
  await left?.remove()
  if (continued === undefined && run.existing === undefined) {
    state?.journal.forgetPositions(store.target, run.class)
  }
  frame.begin({ run: run.id, key, collection: source.schema.class }, continued !== undefined)
  if (state !== undefined) {
    await removeDeadRuns(state, store.target)
    const isKept = kept.written !== undefined || run.existing !== undefined || plan.references.length > 0
    if (isKept) makeRunDirectory(state, run.id, store.target)
  }
  await kept.written?.begin()
  await beginUndo(run)
  await kept.own?.begin()
  await kept.remade?.begin((frame.context as RestoreContext).fresh === true)
  await kept.rejects?.begin()
}

/** Removes expired undos before more is saved. */
async function beginUndo({ kept: { undo, log }, frame, id }: RestoreRun): Promise<void> {
  if (undo === undefined) return
  const { state } = frame.context
  if (state !== undefined) removeExpired(state, frame.emit)
  // Noted before the first write: what the run has written since must not be kept as what was there before.
  if (log.existing !== undefined && !existsSync(undo.directory)) throw undoGone(id, undo.directory)
  await undo.begin()
}

/**
 * The error for a continued run whose undo is gone: without its earlier part, an undo would revert only part of the
 * run.
 */
function undoGone(run: string, directory: string): ElysiaError {
  const fact = `what the interrupted run ${run} changed is no longer kept in ${directory}`
  return new ElysiaError('ELYSIA_STATE', fact, {
    hint: 'nothing more was written; --no-undo continues without an undo: then only an earlier backup brings back what was there',
  })
}
