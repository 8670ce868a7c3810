import { setTimeout as wait } from 'node:timers/promises'
import { ElysiaError } from '../../../core/errors.ts'
import type { FileLock } from '../../../database/fileLock.ts'
import { digestOf, type RunKey } from '../../../run/record.ts'
import type { Run } from '../../../run/run.ts'
import { lockRun, type State } from '../../../run/state.ts'
import { FinishRequests } from './requests.ts'

/** The lock of a copy that follows its source, and the requests of other processes to its holder. */
export interface FollowLock {
  /** True once another process waits to finish the copy. */
  readonly isFinishRequested: boolean
  release(): void
}

const TRY_MS = 200

/**
 * Takes the lock. To finish a copy that another process follows, asks that process to end, and waits for it.
 * @throws ElysiaError ELYSIA_LOCKED
 */
export async function lockFollow(
  state: State,
  key: RunKey,
  finishes: boolean,
  { stop, signal, emit }: Run,
): Promise<FollowLock> {
  const requests = new FinishRequests(state.database, digestOf(key))
  let isTold = false
  for (;;) {
    const lock = tried(state, key, finishes)
    if (lock !== undefined) {
      requests.clear()
      return {
        get isFinishRequested() {
          return requests.isFinishRequested
        },
        release: () => lock.release(),
      }
    }
    requests.ask()
    if (!isTold) emit({ type: 'copy_handover', collection: key.class, target: key.target })
    isTold = true
    await wait(TRY_MS, undefined, { signal: AbortSignal.any([stop, signal]) }).catch(() => {
      requests.clear()
      signal.throwIfAborted()
      stop.throwIfAborted()
    })
  }
}

function tried(state: State, key: RunKey, finishes: boolean): FileLock | undefined {
  try {
    return lockRun(state, key)
  } catch (error) {
    if (finishes && error instanceof ElysiaError && error.code === 'ELYSIA_LOCKED') return undefined
    throw error
  }
}
