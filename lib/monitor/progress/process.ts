import { PlaceMeter } from './places.ts'
import { RunProgress } from './progress.ts'
import { Traffic } from './traffic.ts'

/** The progress of this process's runs, with its memory and traffic. */
export interface ProcessProgress {
  readonly progress: RunProgress
  readonly traffic: Traffic
  /** Notes what the process waits for; undefined for nothing. */
  waitFor(name: string | undefined): void
  /** Stops watching. */
  close(): void
}

/** Starts watching the traffic and memory of this process. Close it, or it stays subscribed. */
export function processProgress(): ProcessProgress {
  const places = new PlaceMeter()
  const traffic = new Traffic((server) => places.sentTo(server))
  let waitsFor: string | undefined
  const progress = new RunProgress(() => {
    const { in: receivedBytes, out: sentBytes } = places.sums()
    return { rssBytes: process.memoryUsage.rss(), receivedBytes, sentBytes, waitsFor }
  })
  return {
    progress,
    traffic,
    waitFor(name) {
      waitsFor = name
    },
    close() {
      traffic.close()
      places.close()
    },
  }
}
