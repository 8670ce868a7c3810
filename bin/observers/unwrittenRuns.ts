import type { HistoryEntry } from '../library.ts'

let entries: readonly HistoryEntry[] = []

/** Runs of this command that could not be written to the history. */
export function noteUnwritten(runs: readonly HistoryEntry[]): void {
  entries = runs
}

/** The runs that `noteUnwritten` was given last. */
export function unwrittenRuns(): readonly HistoryEntry[] {
  return entries
}
