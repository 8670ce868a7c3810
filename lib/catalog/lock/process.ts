import { readFileSync, readlinkSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'

/** The process that holds a lock: for people, and to decide whether it may still be alive. */
export interface LockOwner {
  readonly host: string
  readonly user: string
  readonly pid: number
  /** Changes with every boot of the machine; absent if the system does not provide it. */
  readonly boot?: string
  /** The namespace of the pid: another container numbers its own processes. */
  readonly pids?: string
  /** When the process started, in ticks since boot: pids are reused. */
  readonly startTicks?: string
}

/** This process. */
export function thisOwner(): LockOwner {
  return ownerOf(process.pid)
}

/** A process that this one has started, or this one. */
export function ownerOf(pid: number): LockOwner {
  const boot = attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
  const pids = attempt(() => readlinkSync('/proc/self/ns/pid'))
  const startTicks = startTicksOf(pid)
  return {
    host: hostname(),
    user: attempt(() => userInfo().username) ?? '',
    pid,
    ...(boot !== undefined && { boot }),
    ...(pids !== undefined && { pids }),
    ...(startTicks !== undefined && { startTicks }),
  }
}

/** True if the owner is certainly gone: same machine, same boot, no such process. */
export function isDead(owner: LockOwner, self: LockOwner = thisOwner()): boolean {
  if (self.boot === undefined || owner.boot !== self.boot) return false
  if (owner.host !== self.host || owner.pids !== self.pids) return false
  if (!isThere(owner.pid)) return true
  const startTicks = startTicksOf(owner.pid)
  return startTicks !== undefined && owner.startTicks !== undefined && startTicks !== owner.startTicks
}

/** A process silent for this long counts as gone, if nobody can check whether it exists. */
const SILENT_MS = 86_400_000

/**
 * True if the owner of something in the user's own state is gone: its machine has rebooted since, or it belongs to
 * another machine or container, and was last heard of a day ago. Never use this for locks shared by several machines:
 * there a name is no proof.
 */
export function isGone(
  owner: LockOwner,
  heardMs: number,
  nowMs: number,
  self: LockOwner = thisOwner(),
): boolean {
  if (isDead(owner, self)) return true
  const isHere = owner.host === self.host
  if (isHere && owner.boot !== undefined && self.boot !== undefined && owner.boot !== self.boot) return true
  const canLook = isHere && owner.boot === self.boot && owner.pids === self.pids
  return !canLook && nowMs - heardMs > SILENT_MS
}

/** The owner of a lock for a person: `process 42 of ann on host`. */
export function ownerText({ user, host, pid }: LockOwner): string {
  return `process ${pid}${user === '' ? '' : ` of ${user}`} on ${host}`
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !isZombie(pid)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** True for a process that was killed but not yet waited for by its parent: it does nothing any more. */
function isZombie(pid: number): boolean {
  return statOf(pid)?.[0] === 'Z'
}

function startTicksOf(pid: number): string | undefined {
  return statOf(pid)?.[19]
}

/** The fields of /proc/PID/stat after the name, which may contain anything. @see proc_pid_stat(5) */
function statOf(pid: number): string[] | undefined {
  const text = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')
}

function attempt<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch {
    return undefined
  }
}
