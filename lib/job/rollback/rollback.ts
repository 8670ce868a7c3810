import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { writeUndoHeader } from '../../archive/undo/header.ts'
import { closingAfter } from '../../async/closeAll.ts'
import { failpoint } from '../../core/failpoint.ts'
import { resolveInput } from '../../options/options.ts'
import type { Ended, Ending } from '../../run/run.ts'
import type { Store } from '../../store/store.ts'
import { RestoreLog } from '../restore/progressTable.ts'
import { type RollbackOptionsInput, rollbackOptions } from './options.ts'
import { putBack } from './putBack.ts'
import { type RollbackReport, requireAll, rollbackCounts, rollbackReport } from './report.ts'
import type { RollbackContext, RollbackRun } from './run.ts'
import { setUpRollback } from './setup.ts'
import { removeMadeTenants, wokenTenants } from './tenants.ts'
import { verifyBack } from './verify.ts'

/**
 * Takes back what a run changed of a collection that was there: objects are put back as they were, those that it
 * brought are removed. What somebody else has changed since stays, and is listed. Killed anywhere, the same call goes
 * on. Memory: a batch, and a cache of some megabytes.
 * @throws ElysiaError what ended it; ELYSIA_NOT_FOUND where nothing is kept of such a run
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
 * The same, resolving with the report also where it failed or was interrupted.
 * @throws ElysiaError only for what kept it from beginning
 */
export async function runRollback(
  store: Store,
  undone: string,
  given: RollbackOptionsInput = {},
  context: RollbackContext = {},
): Promise<Ended<RollbackReport>> {
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
      report: (ending: Ending) => rollbackReport(run, ending),
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
  if (state !== undefined) new RestoreLog(state.database, kept.header.run).forgetParts()
  writeUndoHeader(kept.directory, { ...kept.header, rolling_back: true })
}

/** Nobody goes on with a restore that was taken back. */
function finish({ kept, frame, log }: RollbackRun): void {
  log?.forget()
  const { state } = frame.context
  const { rolling_back: _, ...header } = kept.header
  writeUndoHeader(kept.directory, { ...header, rolled_back_at: new Date().toISOString() })
  failpoint('rollback.noted')
  if (state === undefined) return
  new RestoreLog(state.database, header.run).forget()
  rmSync(join(state.directory, 'restores', header.run), { recursive: true, force: true })
}
