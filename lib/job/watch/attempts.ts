import type { WatchEntry } from './log.ts'
import type { Watching } from './setup.ts'

/** A file is not begun again where so many processes ended in it, one after the other, at the same place. */
const MOST_DEATHS = 2

/** True where processes came to a sudden end while they took the file, and none got further than the one before. */
export function isHopeless(watching: Watching, known: WatchEntry, entry: WatchEntry): boolean {
  return (
    known.run === entry.run &&
    known.deaths >= MOST_DEATHS &&
    known.deathLine === settledLines(watching, entry)
  )
}

/** An entry for an attempt that begins: it is a death until it is said to have been survived. */
export function attempted(watching: Watching, entry: WatchEntry): WatchEntry {
  const deathLine = settledLines(watching, entry)
  const deaths = entry.deathLine === deathLine ? entry.deaths + 1 : 1
  return { ...entry, deaths, deathLine }
}

/** This process goes on, whatever became of the file. */
export function survived({ log }: Watching, entry: WatchEntry): void {
  log.update({ ...entry, deaths: 0 })
}

function settledLines({ journal }: Watching, { run }: WatchEntry): number {
  return journal?.find(run)?.checkpoint?.tally.lines ?? 0
}
