import { ElysiaError, messageOf } from '../../errors.ts'
import type { Progress, Report } from '../../report.ts'
import { emptyTally, type Tally } from '../tally.ts'

/** What a watch did: the sums over all files that it worked on. */
export interface WatchReport extends Report {
  /** Files that were taken, those that failed included. */
  files: number
  /** Files whose bytes were at fault, such as damaged compression. */
  files_failed: number
}

/** What stands in a watch's report beside the sums. */
export type WatchFacts = Pick<Report, 'run' | 'collection' | 'class' | 'target'>

/** The sums so far. */
export class WatchTotals {
  readonly #startedMs = performance.now()
  readonly #tally = emptyTally()
  readonly #commits = new Map<string, string>()
  #settled = 0
  #ingestSeconds = 0
  readonly #dryRun: boolean
  files = 0
  filesFailed = 0

  constructor(dryRun: boolean) {
    this.#dryRun = dryRun
  }

  add(report: Report): void {
    merge(this.#tally, report)
    for (const [repository, commit] of Object.entries(report.commits)) this.#commits.set(repository, commit)
    this.#settled += report.rate * report.seconds
    this.#ingestSeconds += report.seconds
  }

  /** The sums with those of a file that is not done yet. */
  with(progress: Progress): Progress {
    const tally = structuredClone(this.#tally)
    merge(tally, progress)
    return { ...tally, seconds: this.#seconds }
  }

  /** A watch has no end of its own: without an error it was told to stop. */
  report(facts: WatchFacts, error: unknown): WatchReport {
    const { retries, bytes, ...counts } = this.#tally
    return {
      ...facts,
      status: error === undefined ? 'interrupted' : 'failed',
      dry_run: this.#dryRun,
      continued_from_line: 0,
      ...counts,
      retries,
      bytes,
      seconds: round(this.#seconds),
      rate: this.#ingestSeconds === 0 ? 0 : round(this.#settled / this.#ingestSeconds),
      peak_rss_bytes: process.resourceUsage().maxRSS * 1024,
      commits: Object.fromEntries(this.#commits),
      files: this.files,
      files_failed: this.filesFailed,
      ...(error !== undefined && { error: describe(error) }),
    }
  }

  get #seconds(): number {
    return (performance.now() - this.#startedMs) / 1000
  }
}

const PLAIN = [
  'lines',
  'blank',
  'records',
  'written',
  'deleted',
  'unchanged',
  'superseded',
  'control',
  'bytes',
  'retries',
] as const

function merge(tally: Tally, more: Omit<Progress, 'seconds'>): void {
  for (const key of PLAIN) tally[key] += more[key]
  for (const key of ['skipped', 'rejected'] as const) {
    for (const [cause, count] of Object.entries(more[key])) {
      tally[key][cause] = (tally[key][cause] ?? 0) + count
    }
  }
}

function describe(error: unknown): { code: string; message: string } {
  return { code: error instanceof ElysiaError ? error.code : 'ELYSIA_STORE', message: messageOf(error) }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
