import { setTimeout as wait } from 'node:timers/promises'
import { ElysiaError } from '../../core/errors.ts'
import type { RunEvent } from '../../run/event/schema.ts'
import { createLock, type FoundLock, type LockKind, type OwnLock } from './files.ts'
import { blockerText, HeartbeatWatch, type LockTiming, TIMING } from './heartbeat.ts'
import { thisOwner } from './process.ts'

export type { LockKind, LockRecord } from './files.ts'
export type { LockTiming } from './heartbeat.ts'

/** Options of a lock on a root. */
export interface LockOptions {
  readonly kind: LockKind
  /** What the lock is for, as others read it: `backup of SourceCode`. */
  readonly purpose: string
  /** How long to wait if another process holds it, in milliseconds. Default 0. */
  readonly retryForMs?: number
  readonly signal?: AbortSignal
  /** Called once with the owner of the lock being waited for. */
  readonly onWait?: (event: LockWait) => void
  readonly timing?: Partial<LockTiming>
}

type LockWait = Extract<RunEvent, { readonly type: 'lock_wait' }>

/** A lock that is held until `release`, or until `lost`. */
export interface RootLock {
  readonly root: string
  /** Aborted when the lock is lost: somebody removed it, or its heartbeat could not be written. */
  readonly lost: AbortSignal
  /**
   * Checks at once that the lock is still held. Call it before each irreversible step. @throws ElysiaError
   * ELYSIA_LOCKED
   */
  check(): Promise<void>
  release(): Promise<void>
}

/**
 * Takes a lock on a root of archives. Any number of shared locks (backup, restore, verify) exclude an exclusive one
 * (cleanup, rebuild). It creates a lock file, looks at the others again after a moment, and withdraws its own if one
 * of them blocks it. It takes over a lock if its process is known to be dead, or if its counter did not change for
 * three of its heartbeats by our own clock, which clock skew cannot affect.
 * @throws ElysiaError ELYSIA_LOCKED, which names the owner; ELYSIA_STATE if the root is not writable
 */
export async function lockRoot(root: string, options: LockOptions): Promise<RootLock> {
  const timing = { ...TIMING, ...options.timing }
  const { retryForMs = 0, signal } = options
  const until = performance.now() + retryForMs
  const watch = new HeartbeatWatch(timing)
  let notified = false
  for (let turn = 0; ; turn++) {
    signal?.throwIfAborted()
    const result = await attempt(root, options, timing, watch)
    if ('lock' in result) return new HeldLock(root, result.lock, timing)
    const left = until - performance.now()
    if (left <= 0) throw lockedError(root, result.blocking)
    if (!notified) options.onWait?.(lockWait(result.blocking))
    notified = true
    const pause = Math.min(left, timing.settleMs * Math.min(2 ** turn, 8) * (0.5 + Math.random()))
    await wait(pause, undefined, signal && { signal })
  }
}

function lockWait({ file, record }: FoundLock): LockWait {
  if (record === undefined) return { type: 'lock_wait', file }
  const { purpose, since, user, host, pid } = record
  return { type: 'lock_wait', file, purpose, since, user, host, pid }
}

type Attempt = { readonly lock: OwnLock } | { readonly blocking: FoundLock }

async function attempt(
  root: string,
  { kind, purpose }: LockOptions,
  { heartbeatMs, settleMs }: LockTiming,
  watch: HeartbeatWatch,
): Promise<Attempt> {
  const before = await watch.blocking(root, kind)
  if (before !== undefined) return { blocking: before }
  const since = new Date().toISOString()
  const lock = await createLock(root, { kind, purpose, since, heartbeatMs, ...thisOwner() })
  try {
    await wait(settleMs)
    const after = await watch.blocking(root, kind, lock.file)
    if (after === undefined && (await lock.isThere())) return { lock }
    await lock.remove()
    return { blocking: after ?? { file: lock.file, record: undefined, beat: '' } }
  } catch (error) {
    await lock.remove()
    throw error
  }
}

class HeldLock implements RootLock {
  readonly root: string
  readonly #lock: OwnLock
  readonly #timing: LockTiming
  readonly #lost = new AbortController()
  readonly #timer: NodeJS.Timeout
  #beatAtMs = performance.now()
  #beating: Promise<void> | undefined
  #released = false

  constructor(root: string, lock: OwnLock, timing: LockTiming) {
    this.root = root
    this.#lock = lock
    this.#timing = timing
    this.#timer = setInterval(() => this.#tick(), timing.heartbeatMs / 4).unref()
  }

  get lost(): AbortSignal {
    return this.#lost.signal
  }

  async check(): Promise<void> {
    if (!this.#released && !(await this.#lock.isThere())) this.#lose('was taken away')
    if (this.#lost.signal.aborted) throw this.#lost.signal.reason
  }

  async release(): Promise<void> {
    if (this.#released) return
    this.#released = true
    clearInterval(this.#timer)
    await this.#beating
    await this.#lock.remove()
  }

  /** Four times per heartbeat, so that a failed one is repeated and the time to give up is not missed. */
  #tick(): void {
    const silentMs = performance.now() - this.#beatAtMs
    if (silentMs > this.#timing.heartbeatMs * this.#timing.beatsToGiveUp) {
      this.#lose('could not be renewed in time')
      return
    }
    if (silentMs < this.#timing.heartbeatMs * 0.9) return
    this.#beating ??= this.#beat().finally(() => {
      this.#beating = undefined
    })
  }

  async #beat(): Promise<void> {
    const startedMs = performance.now()
    const there = await this.#lock.beat().catch(() => undefined)
    if (there === true) this.#beatAtMs = startedMs
    if (there === false) this.#lose('was taken away')
  }

  #lose(how: string): void {
    clearInterval(this.#timer)
    this.#lost.abort(
      new ElysiaError(
        'ELYSIA_LOCKED',
        `the lock on ${this.root} ${how}: stopped, since others may be using the archives`,
        {
          hint: 'run the same command again',
        },
      ),
    )
  }
}

function lockedError(root: string, blocking: FoundLock): ElysiaError {
  return new ElysiaError('ELYSIA_LOCKED', `${root} is locked by ${blockerText(blocking)}`, {
    hint: 'wait with --retry-lock 5m; if that process is gone, `elysiactl col catalog unlock` removes its lock',
    retryable: true,
  })
}
