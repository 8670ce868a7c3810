import type { Report } from '../../core/report.ts'
import { toThousandths } from '../../core/units.ts'
import { failureOf } from '../../run/failure.ts'
import type { RunEnding } from '../../run/run.ts'
import type { Store } from '../../store/store.ts'
import type { Ingest } from './types.ts'

/** The final report of an ingest. */
export function reportOf(
  ingest: Ingest,
  store: Store,
  { status, error, startedAt, seconds }: RunEnding,
): Report {
  const { ledger, options } = ingest
  const { retries, bytes, ...counts } = ledger.tally
  return {
    id: ingest.id,
    status,
    collection: options.collection,
    class: ingest.class,
    target: store.target,
    dry_run: options.dryRun,
    continued_from_line: ledger.continuedFromLine,
    ...counts,
    retries,
    ...(ledger.workers !== undefined && { workers: ledger.workers }),
    bytes,
    started_at: startedAt,
    seconds: toThousandths(seconds),
    rate: toThousandths(ledger.settledHere / seconds),
    peak_rss_bytes: process.resourceUsage().maxRSS * 1024,
    commits: Object.fromEntries([...ledger.commits].sort()),
    coalesced: { passes: ledger.passes, writes_saved: counts.superseded },
    ...(error !== undefined && { error: failureOf(error) }),
  }
}
