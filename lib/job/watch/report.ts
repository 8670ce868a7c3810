import type { Passes, Progress, Report } from '../../core/report.ts'
import { toThousandths } from '../../core/units.ts'
import { failureOf } from '../../run/failure.ts'
import type { RunCounts } from '../../run/record.ts'
import type { RunEnding } from '../../run/run.ts'
import { addCounts, emptyTally, type Tally } from '../../run/tally.ts'

const COMMITS_KEPT = 10_000

/** What a watch did: sums over all files that it worked on. */
export interface WatchReport extends Report {
  /** Files that were taken, failed ones included. */
  files: number
  /** Files at fault: damaged, unreadable, impossible to move. */
  files_failed: number
  /** Skipped entries with a matching name: links, pipes, files with several names. */
  files_passed_over: number
  /** How often a repository's commit was dropped for a newer one's: `commits` holds those of the newest 10 000. */
  commits_left_out: number
}

/** The facts of a watch's report besides the sums. */
export type WatchFacts = Pick<Report, 'id' | 'collection' | 'class' | 'target'>

/** Sums at some time. */
export interface TotalsMark {
  readonly counts: Tally
  readonly settled: number
  readonly seconds: number
}

/** The sums so far. */
export class WatchTotals {
  readonly #startedMs = performance.now()
  #counts = emptyTally()
  /** In order of the latest news. */
  readonly #commits = new Map<string, string>()
  #commitsLeftOut = 0
  #settled = 0
  #ingestSeconds = 0
  #passes: Passes = 'one'
  readonly #dryRun: boolean
  files = 0
  filesFailed = 0
  filesPassedOver = 0

  constructor(dryRun: boolean) {
    this.#dryRun = dryRun
  }

  add(report: Report): void {
    addCounts(this.#counts, report)
    for (const [repository, commit] of Object.entries(report.commits)) this.#remember(repository, commit)
    this.#settled += report.rate * report.seconds
    this.#ingestSeconds += report.seconds
    if (report.coalesced?.passes === 'two') this.#passes = 'two'
  }

  /** The sums as they are now, to return to. */
  mark(): TotalsMark {
    return { counts: structuredClone(this.#counts), settled: this.#settled, seconds: this.#ingestSeconds }
  }

  /** Takes back what was added since a mark: files that are taken again. */
  returnTo({ counts, settled, seconds }: TotalsMark): void {
    this.#counts = structuredClone(counts)
    this.#settled = settled
    this.#ingestSeconds = seconds
  }

  /** The sums, including a file that is not done yet. */
  with(progress: Progress): Progress {
    const counts = structuredClone(this.#counts)
    addCounts(counts, progress)
    return { ...counts, input: progress.input, input_bytes: progress.input_bytes, seconds: this.#seconds }
  }

  /** The counts that the journal keeps. */
  counts(): RunCounts {
    const { files, filesFailed, filesPassedOver } = this
    return { ...this.#counts, files, files_failed: filesFailed, files_passed_over: filesPassedOver }
  }

  report(facts: WatchFacts, { status, error, startedAt }: RunEnding): WatchReport {
    const { retries, bytes, ...counts } = structuredClone(this.#counts)
    return {
      ...facts,
      status,
      dry_run: this.#dryRun,
      continued_from_line: 0,
      ...counts,
      retries,
      bytes,
      started_at: startedAt,
      seconds: toThousandths(this.#seconds),
      rate: this.#ingestSeconds === 0 ? 0 : toThousandths(this.#settled / this.#ingestSeconds),
      peak_rss_bytes: process.resourceUsage().maxRSS * 1024,
      commits: Object.fromEntries([...this.#commits].sort()),
      files: this.files,
      files_failed: this.filesFailed,
      files_passed_over: this.filesPassedOver,
      commits_left_out: this.#commitsLeftOut,
      coalesced: { passes: this.#passes, writes_saved: counts.superseded },
      ...(error !== undefined && { error: failureOf(error) }),
    }
  }

  #remember(repository: string, commit: string): void {
    this.#commits.delete(repository)
    this.#commits.set(repository, commit)
    if (this.#commits.size <= COMMITS_KEPT) return
    const [oldest] = this.#commits.keys()
    this.#commits.delete(oldest!)
    this.#commitsLeftOut += 1
  }

  get #seconds(): number {
    return (performance.now() - this.#startedMs) / 1000
  }
}

/** The report of a file that could not be begun. */
export function failedReport(facts: WatchFacts, id: string, dryRun: boolean, error: unknown): Report {
  return {
    ...facts,
    ...emptyTally(),
    commits: {},
    id,
    status: 'failed',
    dry_run: dryRun,
    continued_from_line: 0,
    started_at: new Date().toISOString(),
    seconds: 0,
    rate: 0,
    peak_rss_bytes: process.resourceUsage().maxRSS * 1024,
    error: failureOf(error),
  }
}
