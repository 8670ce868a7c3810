import { type FoundLock, findLocks, type LockKind, removeLock } from './files.ts'
import { isDead, ownerText } from './process.ts'

/** The times of the lock protocol; tests shorten them. */
export interface LockTiming {
  readonly heartbeatMs: number
  /** How long to wait after creating our lock before looking at the others again. */
  readonly settleMs: number
  /** A lock whose counter did not change for this many of its heartbeats is taken over. */
  readonly beatsToStale: number
  /**
   * An owner that has not managed to write a heartbeat for this many heartbeats gives up, before others may take
   * over.
   */
  readonly beatsToGiveUp: number
}

/**
 * The default times of locks. restic gives up a lock at three quarters of the time after which it is stale (22.5 of 30
 * minutes, internal/repository/lock.go); so do we.
 */
export const TIMING: LockTiming = { heartbeatMs: 30_000, settleMs: 200, beatsToStale: 3, beatsToGiveUp: 2.25 }

/** The counters of other locks, and since when they have been unchanged by our clock. */
export class HeartbeatWatch {
  readonly #timing: LockTiming
  readonly #seen = new Map<string, { readonly beat: string; readonly sinceMs: number }>()

  constructor(timing: LockTiming) {
    this.#timing = timing
  }

  /**
   * Removes stale locks, and returns the first lock that blocks. A file with the name of a lock but no valid content
   * may be one being written at this moment: it blocks until it has not changed for a while, and stays.
   */
  async blocking(root: string, kind: LockKind, own?: string): Promise<FoundLock | undefined> {
    for (const found of await findLocks(root)) {
      if (found.file === own || (kind === 'shared' && found.record?.kind === 'shared')) continue
      if (!this.isStale(found)) return found
      if (found.record !== undefined) await removeStale(root, found)
    }
    return undefined
  }

  isStale({ file, record, beat }: FoundLock): boolean {
    if (record !== undefined && isDead(record)) return true
    const nowMs = performance.now()
    const seen = this.#seen.get(file)
    if (seen === undefined || seen.beat !== beat) {
      this.#seen.set(file, { beat, sinceMs: nowMs })
      return false
    }
    return nowMs - seen.sinceMs > staleAfterMs(record?.heartbeatMs, this.#timing)
  }
}

/** Derived from the owner's own heartbeat, which may differ from ours. */
export function staleAfterMs(heartbeatMs: number | undefined, timing: LockTiming): number {
  return Math.max(heartbeatMs ?? 0, timing.heartbeatMs) * timing.beatsToStale
}

/** Looks once more, because its owner may have come back at this very moment. */
async function removeStale(root: string, stale: FoundLock): Promise<void> {
  const now = (await findLocks(root)).find(({ file }) => file === stale.file)
  if (now?.beat === stale.beat) await removeLock(stale)
}

/** Describes the owner of a lock for a person. */
export function blockerText({ record, file }: FoundLock): string {
  if (record === undefined)
    return `${file}, which does not name its owner (if it is not a lock, move it away)`
  return `a ${record.purpose} since ${record.since} (${ownerText(record)})`
}
