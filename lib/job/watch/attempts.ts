import type { WatchEntry } from './log.ts'
import type { Watching } from './setup.ts'

/** A file is not begun again where so many processes ended in it, one after the other, at the same place. */
const MOST_DEATHS = 2

/**
 * An entry for an attempt that begins. One that began before and was not survived was a death, and counts where the
 * one before it came no further.
 */
export function attempted(watching: Watching, entry: WatchEntry): WatchEntry {
  if (!entry.attempting) return { ...entry, attempting: true }
  const deathLine = settledLines(watching, entry)
  const deaths = entry.deathLine === deathLine ? entry.deaths + 1 : 1
  return { ...entry, deaths, deathLine }
}

/** True where processes came to a sudden end in a file, one after the other, at the same place. */
export function isHopeless({ deaths }: WatchEntry): boolean {
  return deaths >= MOST_DEATHS
}

/** What a file is for a process that goes on, whatever became of the file. */
export function survived(entry: WatchEntry): WatchEntry {
  return { ...entry, attempting: false, deaths: 0, deathLine: 0 }
}

function settledLines({ run: { context } }: Watching, { run }: WatchEntry): number {
  return context.state?.journal.find(run)?.checkpoint?.tally.lines ?? 0
}
