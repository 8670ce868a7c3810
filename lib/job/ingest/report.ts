import type { Report, RunStatus } from '../../core/report.ts'
import { failureOf } from '../../run/failure.ts'
import type { Store } from '../../store/store.ts'
import type { IngestRun } from './run.ts'
import type { Ended } from './types.ts'

/**
 * Closes a run's journal entry and reports. A journal that cannot be closed makes the run a failed one: the
 * next command would take it for interrupted.
 */
export function reportOf(run: IngestRun, store: Store, error: unknown, seconds: number): Ended {
  const status = statusOf(run, error)
  const failure = closeJournal(run, status, error)
  const ended = failure === undefined ? status : statusOf(run, failure)
  return {
    report: build(run, store, ended, failure, seconds),
    ...(failure !== undefined && { error: failure }),
  }
}

function statusOf({ circumstances }: IngestRun, error: unknown): RunStatus {
  if (circumstances.signal?.aborted) return 'interrupted'
  if (error !== undefined) return 'failed'
  return circumstances.stop?.aborted ? 'interrupted' : 'done'
}

/** What ended the run; the journal's own error where nothing else did. */
function closeJournal({ circumstances, run }: IngestRun, status: RunStatus, error: unknown): unknown {
  try {
    circumstances.state?.journal.finish(run, status, error === undefined ? {} : { error: failureOf(error) })
    return error
  } catch (journalError) {
    return error ?? journalError
  }
}

function build(run: IngestRun, store: Store, status: RunStatus, error: unknown, seconds: number): Report {
  const { ledger, options } = run
  const { retries, bytes, ...counts } = ledger.tally
  return {
    run: run.run,
    status,
    collection: options.collection,
    class: run.class,
    target: store.target,
    dry_run: options.dryRun,
    continued_from_line: ledger.continuedFromLine,
    ...counts,
    retries,
    bytes,
    seconds: round(seconds),
    rate: round(ledger.settledHere / seconds),
    peak_rss_bytes: process.resourceUsage().maxRSS * 1024,
    commits: Object.fromEntries([...ledger.commits].sort()),
    ...(error !== undefined && { error: failureOf(error) }),
  }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
