import type { HistoryChoice, HistoryReader } from '../history/entry.ts'
import { type RunPage, runLine } from './facts.ts'

/** The most runs on one page; also how many that began in the same millisecond can be told apart. */
const MOST = 500
const WIDER = 10_000

/**
 * One page of runs, newest first. The next page begins before `next`; runs that began at the same moment stay on one
 * page, so that none falls between two pages.
 */
export function runPage(history: HistoryReader, choice: HistoryChoice, size: number): RunPage {
  const limit = Math.min(Math.max(size, 1), MOST)
  const entries = history.list({ ...choice, limit: limit + 1 })
  const beyond = entries[limit]
  if (beyond === undefined) return { runs: entries.map(runLine) }
  const whole = entries.filter(({ started_at }) => started_at > beyond.started_at)
  const next = whole.at(-1)?.started_at
  if (next !== undefined) return { runs: whole.map(runLine), next }
  const all = history.list({ ...choice, limit: WIDER })
  const together = all.filter(({ started_at }) => started_at === beyond.started_at)
  return {
    runs: together.map(runLine),
    ...(together.length < all.length && { next: beyond.started_at }),
  }
}
