import { isMainThread } from 'node:worker_threads'
import { limitProcess, processLimitBytes } from '../../core/memory/limits.ts'
import { MemoryLimit } from '../memoryLimit.ts'

/** Several threads fill the memory of one process: each collects after a smaller share of the room has passed. */
const COLLECT_SHARE = 1 / 8

let isDone = false

/**
 * Keeps this thread to the limit on memory under which it began: memory belongs to the process, but each thread has its
 * own garbage, and only the thread itself can collect it. Does nothing in the main thread, whose owner sets the limit.
 */
export function limitThread(): void {
  const bytes = processLimitBytes()
  if (isMainThread || isDone || bytes === undefined) return
  isDone = true
  limitProcess(new MemoryLimit({ bytes, collectShare: COLLECT_SHARE }))
}
