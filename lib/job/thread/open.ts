import { availableParallelism } from 'node:os'
import { openThreads, type Threads } from '../../async/thread/threads.ts'

/** More of them wait for one another: for the file of the store, for this thread. */
const MOST_BY_ITSELF = 4

/**
 * How many threads `--threads` means: `auto` takes as many as there are processors, four at most, where there are two
 * and it `pays`.
 */
export function threadsFor(option: string, pays: boolean): number {
  if (option !== 'auto') return Number(option)
  const processors = availableParallelism()
  return pays && processors > 1 ? Math.min(processors, MOST_BY_ITSELF) : 0
}

/** Opens the threads of a job. */
export function openJobThreads(count: number): Promise<Threads> {
  return openThreads(count, threadFile())
}

/** What they load: beside this file, or, where the command is one file (dist/bin/main.cjs), one file beside that. */
function threadFile(): URL {
  const here = import.meta.url
  if (here.endsWith('.cjs')) return new URL('./thread.cjs', here)
  return new URL(`./thread${here.endsWith('.ts') ? '.ts' : '.js'}`, here)
}
