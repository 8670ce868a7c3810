import { rmSync } from 'node:fs'
import { writeUndoHeader } from '../../archive/undo/header.ts'
import { closingAfter } from '../../async/closeAll.ts'
import { failpoint } from '../../core/failpoint.ts'
import { resolveInput } from '../../options/options.ts'
import type { JobResult, RunEnding } from '../../run/run.ts'
import type { Store } from '../../store/store.ts'
import { RestoreLog } from '../restore/progressTable.ts'
import { runDirectory } from '../restore/runDirectory.ts'
import { forgetRemade } from '../restore/vectors/remade.ts'
import { type RollbackOptionsInput, rollbackOptions } from './options.ts'
import { putBack } from './putBack.ts'
import { type RollbackReport, requireAll, rollbackCounts, rollbackReport } from './report.ts'
import type { RollbackContext, RollbackRun } from './run.ts'
import { setUpRollback } from './setup.ts'
import { removeMadeTenants, wokenTenants } from './tenants.ts'
import { verifyBack } from './verify.ts'

/**
 * Reverts what a run changed in an existing collection: puts objects back as they were, and removes those that it
 * created. What others have changed since stays, and is listed. Killed at any point, the same call continues. Memory: a
 * batch, and a cache of some megabytes.
 * @throws ElysiaError the error that ended it; ELYSIA_NOT_FOUND if no undo of such a run exists
 */
export async function rollback(
  store: Store,
  run: string,
  options: RollbackOptionsInput = {},
  context: RollbackContext = {},
): Promise<RollbackReport> {
  const { report, error } = await runRollback(store, run, options, context)
  if (error !== undefined) throw error
  return report
}

/**
 * As `rollback`, but also resolves with the report if it failed or was interrupted.
 * @throws ElysiaError only if it could not begin
 */
export async function runRollback(
  store: Store,
  undone: string,
  given: RollbackOptionsInput = {},
  context: RollbackContext = {},
): Promise<JobResult<RollbackReport>> {
  const options = resolveInput(rollbackOptions, given)
  const { run, begin, close } = await setUpRollback(store, undone, options, context)
  return closingAfter(close, async () => {
    let error: unknown
    try {
      begin()
      await takeBack(run)
    } catch (thrown) {
      error = thrown
    }
    return run.frame.end({
      error,
      report: (ending: RunEnding) => rollbackReport(run, ending),
      counts: rollbackCounts,
    })
  })
}

async function takeBack(run: RollbackRun): Promise<void> {
  const { options } = run
  const tenants = await wokenTenants(run)
  try {
    if (!options.dryRun) start(run)
    else if (run.asleep.size > 0) run.frame.emit({ type: 'tenants_not_counted', tenants: run.asleep.size })
    failpoint('rollback.begun')
    await putBack(run)
    if (!options.dryRun && options.verify) await verifyBack(run)
    requireAll(run)
    if (!options.dryRun) await removeMadeTenants(run, tenants)
    failpoint('rollback.tenants')
  } finally {
    await tenants?.close()
  }
  if (!options.dryRun) finish(run)
}

function start({ kept, frame: { context } }: RollbackRun): void {
  const { state } = context
  if (state !== undefined) {
    const { run } = kept.header
    new RestoreLog(state.database, run).forgetParts()
    forgetRemade(runDirectory(state, run))
  }
  writeUndoHeader(kept.directory, { ...kept.header, rolling_back: true })
}

/** A restore that was rolled back must not be continued. */
function finish({ kept, frame, log }: RollbackRun): void {
  log?.forget()
  const { state } = frame.context
  const { rolling_back: _, ...header } = kept.header
  writeUndoHeader(kept.directory, { ...header, rolled_back_at: new Date().toISOString() })
  failpoint('rollback.noted')
  if (state === undefined) return
  new RestoreLog(state.database, header.run).forget()
  rmSync(runDirectory(state, header.run), { recursive: true, force: true })
}
