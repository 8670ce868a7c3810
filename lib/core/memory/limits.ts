import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'

/** What bounds the memory of this process, as lib/async/memoryLimit.ts does. */
export interface ProcessMemory {
  /** The share of its usual size that a buffer gets, above 0 and at most 1. */
  readonly scale: number
  /** The bytes that it leaves for records, beside what the process takes by itself. */
  readonly roomBytes: number
  /** About how much memory the process may use: threads keep to it, too, if it is known. */
  readonly bytes?: number
  /** Called with bytes that will soon be garbage. */
  passed(bytes: number): void
}

/** What a thread is told of the limits under which it begins: each thread loads its own copy of this module. */
type ThreadMemory = Omit<ProcessMemory, 'passed'>

const FOR_THREADS = 'elysiactl.memory'

const threadMemory = isMainThread
  ? undefined
  : (getEnvironmentData(FOR_THREADS) as unknown as ThreadMemory | undefined)

const limits = new Set<ProcessMemory>(
  threadMemory === undefined ? [] : [{ ...threadMemory, passed: () => {} }],
)

/** In a thread that began under a limit, about how much memory the process may use; otherwise undefined. */
export function processLimitBytes(): number | undefined {
  return threadMemory?.bytes
}

/**
 * Puts the buffers of this process under a limit until the returned function is called: stores, archives and streams
 * make theirs smaller, and tell it what passes. Memory belongs to a process and not to a run, so this is for whoever
 * owns the process. Threads that begin under a limit have buffers of the same sizes, for as long as they live.
 */
export function limitProcess(limit: ProcessMemory): () => void {
  limits.add(limit)
  tellThreads()
  return () => {
    limits.delete(limit)
    tellThreads()
  }
}

function tellThreads(): void {
  const all = [...limits]
  const known = all.flatMap(({ bytes }) => bytes ?? [])
  const memory: ThreadMemory = {
    scale: Math.min(...all.map(({ scale }) => scale)),
    roomBytes: Math.min(...all.map((limit) => limit.roomBytes)),
    ...(known.length > 0 && { bytes: Math.min(...known) }),
  }
  setEnvironmentData(FOR_THREADS, all.length === 0 ? undefined : { ...memory })
}

/** True if a limit holds: only then is it worth weighing what passes. */
export function isLimited(): boolean {
  return limits.size > 0
}

/** The size of a buffer that usually has `bytes`; smaller under a limit. */
export function scaledToMemory(bytes: number): number {
  let size = bytes
  for (const { scale } of limits) size = Math.min(size, Math.max(1, Math.floor(scale * bytes)))
  return size
}

/** How many bytes records may take: what limits leave, or what the machine has. */
export function roomBytes(): number {
  return Math.min(process.availableMemory(), ...[...limits].map((limit) => limit.roomBytes))
}

/** Tells the limits about bytes that will soon be garbage. */
export function noteGarbage(bytes: number): void {
  for (const limit of limits) limit.passed(bytes)
}
