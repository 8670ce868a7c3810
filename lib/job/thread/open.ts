import { availableParallelism } from 'node:os'
import type { MemoryLimit } from '../../async/memoryLimit.ts'
import { openThreads, type Threads } from '../../async/thread/threads.ts'

/** More threads would wait for one another: for the store's file, for this thread. */
const MOST_BY_ITSELF = 4

/** The approximate memory of a job without threads, and of each thread. */
const BYTES_WITHOUT = 256 * 1024 * 1024
const BYTES_A_THREAD = 128 * 1024 * 1024

/**
 * How many threads `--threads` means: `auto` takes as many as there are processors, at most four, if there are two and
 * it `pays`. Never more than fit into memory, not even of those that were asked for: the limit is the harder wish.
 */
export function threadsFor(option: string, pays: boolean, memory?: Pick<MemoryLimit, 'bytes'>): number {
  const most = memory === undefined ? Number.POSITIVE_INFINITY : fittingIn(memory.bytes)
  if (option !== 'auto') return Math.min(Number(option), most)
  const processors = availableParallelism()
  if (!pays || processors < 2) return 0
  return Math.min(processors, MOST_BY_ITSELF, most)
}

function fittingIn(bytes: number): number {
  return Math.max(0, Math.floor((bytes - BYTES_WITHOUT) / BYTES_A_THREAD))
}

/** Opens the threads of a job. */
export function openJobThreads(count: number): Promise<Threads> {
  return openThreads(count, threadFile())
}

/** The file that threads load: beside this one, or, if the command is one file (dist/bin/main.cjs), beside that. */
function threadFile(): URL {
  const here = import.meta.url
  if (here.endsWith('.cjs')) return new URL('./thread.cjs', here)
  return new URL(`./thread${here.endsWith('.ts') ? '.ts' : '.js'}`, here)
}
