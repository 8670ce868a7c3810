import type { HistoryChoice, HistoryReader } from '../history/entry.ts'
import { type RunPage, runLine } from './facts.ts'

/** The most runs of one page; how many begun within one millisecond can be told apart. */
const MOST = 500
const WIDER = 10_000

/**
 * A page of runs, the newest first. The next one begins before `next`; runs that began at one moment stay on one page, so
 * that none is left out between two.
 */
export function runPage(history: HistoryReader, choice: HistoryChoice, size: number): RunPage {
  const limit = Math.min(Math.max(size, 1), MOST)
  const found = history.list({ ...choice, limit: limit + 1 })
  const beyond = found[limit]
  if (beyond === undefined) return { runs: found.map(runLine) }
  const whole = found.filter(({ started_at }) => started_at > beyond.started_at)
  const next = whole.at(-1)?.started_at
  if (next !== undefined) return { runs: whole.map(runLine), next }
  const all = history.list({ ...choice, limit: WIDER })
  const together = all.filter(({ started_at }) => started_at === beyond.started_at)
  return {
    runs: together.map(runLine),
    ...(together.length < all.length && { next: beyond.started_at }),
  }
}
