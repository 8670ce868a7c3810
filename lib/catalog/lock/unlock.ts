import { setTimeout as wait } from 'node:timers/promises'
import { findLocks, removeLock } from './files.ts'
import { blockerText, HeartbeatWatch, type LockTiming, staleAfterMs, TIMING } from './heartbeat.ts'

/** A lock that was examined, and whether it was removed. */
export interface UnlockedLock {
  readonly file: string
  readonly owner: string
  readonly removed: boolean
  /** False for a file that is not a lock, despite its name: it stays. */
  readonly valid: boolean
}

/**
 * Removes the stale locks on a root, or `all`. Watches a lock whose owner may be alive for three of its heartbeats
 * first. A file that is not a lock stays, despite its name.
 * @throws ElysiaError ELYSIA_STATE if they cannot be removed
 */
export async function unlockRoot(
  root: string,
  {
    all = false,
    timing = {},
    signal,
  }: { all?: boolean; timing?: Partial<LockTiming>; signal?: AbortSignal } = {},
): Promise<UnlockedLock[]> {
  const merged = { ...TIMING, ...timing }
  const watch = new HeartbeatWatch(merged)
  const before = await findLocks(root)
  const doubtful = before.filter((found) => !all && found.record !== undefined && !watch.isStale(found))
  const longest = Math.max(0, ...doubtful.map(({ record }) => staleAfterMs(record?.heartbeatMs, merged)))
  if (longest > 0) await wait(longest + 50, undefined, signal && { signal })
  const now = new Map((await findLocks(root)).map((found) => [found.file, found]))
  const still = before.map(({ file }) => now.get(file)).filter((found) => found !== undefined)
  const results = still.map(async (found) => {
    const removed = (all || watch.isStale(found)) && (await removeLock(found))
    return { file: found.file, owner: blockerText(found), removed, valid: found.record !== undefined }
  })
  return Promise.all(results)
}
