import type { WatchEntry } from './log.ts'
import type { WatchContext } from './setup.ts'

/** A file is not begun again after so many processes in a row died in it at the same place. */
const MOST_DEATHS = 2

/**
 * The entry for a new attempt. An earlier attempt without an end was a death, and counts if the one before it got no
 * further.
 */
export function withAttempt(watching: WatchContext, entry: WatchEntry): WatchEntry {
  if (!entry.attempting) return { ...entry, attempting: true }
  const deathLine = settledLines(watching, entry)
  const deaths = entry.deathLine === deathLine ? entry.deaths + 1 : 1
  return { ...entry, deaths, deathLine }
}

/** True if processes died in a file, one after another, at the same place. */
export function hasKilledTooOften({ deaths }: WatchEntry): boolean {
  return deaths >= MOST_DEATHS
}

/** The entry of a file that its process survived, whatever happened to the file. */
export function withoutAttempts(entry: WatchEntry): WatchEntry {
  return { ...entry, attempting: false, deaths: 0, deathLine: 0 }
}

function settledLines({ run: { context } }: WatchContext, { run }: WatchEntry): number {
  return context.state?.journal.find(run)?.checkpoint?.tally.lines ?? 0
}
