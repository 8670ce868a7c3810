import { RunProgress } from './progress.ts'
import { Traffic } from './traffic.ts'

/** The progress of the runs of this process, with its memory and what goes over its connections. */
export interface ProcessProgress {
  readonly progress: RunProgress
  readonly traffic: Traffic
  /** Notes whom it waits for; undefined: for nobody. */
  waitFor(name: string | undefined): void
  /** Looks on no longer. */
  close(): void
}

export function processProgress(): ProcessProgress {
  const traffic = new Traffic()
  let waitsFor: string | undefined
  const progress = new RunProgress(() => {
    const { receivedBytes, sentBytes } = traffic
    return { rssBytes: process.memoryUsage.rss(), receivedBytes, sentBytes, waitsFor }
  })
  return {
    progress,
    traffic,
    waitFor(name) {
      waitsFor = name
    },
    close: () => traffic.close(),
  }
}
