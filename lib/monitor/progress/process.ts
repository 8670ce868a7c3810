import { RunProgress } from './progress.ts'
import { Traffic } from './traffic.ts'

/** The progress of the runs of this process, with its memory and what goes over its connections. */
export interface ProcessProgress {
  readonly progress: RunProgress
  readonly traffic: Traffic
  /** Looks on no longer. */
  close(): void
}

export function processProgress(): ProcessProgress {
  const traffic = new Traffic()
  const progress = new RunProgress(() => {
    const { receivedBytes, sentBytes } = traffic
    return { rssBytes: process.memoryUsage.rss(), receivedBytes, sentBytes }
  })
  return { progress, traffic, close: () => traffic.close() }
}
