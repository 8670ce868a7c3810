import type { FileLock } from '../../database/fileLock.ts'
import type { RunKey } from '../../run/record.ts'
import { lockRejects, requireRejectsFree } from '../../run/rejectsLock.ts'
import { lockRun, requireUnlocked } from '../../run/state.ts'
import type { IngestOptions } from './options.ts'
import type { IngestContext, SharedIngest } from './types.ts'

/**
 * Locks the run, and a rejects file of its own that the user named; a dry run only requires that both are free. A watch
 * locks the file that the runs of its files share.
 * @throws ElysiaError ELYSIA_LOCKED
 */
export function lockIngest(
  key: RunKey,
  { dryRun }: IngestOptions,
  { state, rejectsPath }: IngestContext,
  { batchesAlone = false }: SharedIngest,
): FileLock {
  if (state === undefined) return { release: () => {} }
  const path = batchesAlone ? undefined : rejectsPath
  if (dryRun) {
    requireUnlocked(state, key)
    if (path !== undefined) requireRejectsFree(state, path)
    return { release: () => {} }
  }
  const run = lockRun(state, key)
  try {
    const rejects = path === undefined ? undefined : lockRejects(state, path)
    const release = () => {
      rejects?.release()
      run.release()
    }
    return { release }
  } catch (error) {
    run.release()
    throw error
  }
}
