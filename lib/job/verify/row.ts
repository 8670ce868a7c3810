import type { Manifest } from '../../archive/manifest.ts'
import { newRunId, type RunCounts } from '../../run/record.ts'
import type { RunEntry } from '../../run/row.ts'
import type { Ending, RunFacts } from '../../run/run.ts'
import type { VerifyContext, VerifyReport } from './report.ts'

/** The row of a verification: its target is the place of the archive, its inputs what it is held against. */
export function entryOf(
  location: string,
  manifest: Pick<Manifest, 'id' | 'collection'> | undefined,
  { runId, against }: VerifyContext,
): RunEntry {
  const collection = manifest?.collection ?? ''
  const inputs = [manifest?.id ?? location, ...(against === undefined ? [] : [against.store.target])]
  return { run: runId ?? newRunId(), key: { target: location, class: collection, inputs }, collection }
}

/** What the journal keeps of a verification. */
export function verifyCounts(report: VerifyReport): RunCounts {
  const { parts, parts_checked, objects_checked, bytes_checked, num_errors } = report
  return { parts, parts_checked, objects_checked, bytes_checked, num_errors }
}

/** What the last event of a verification says of its archive. */
export function verifyFacts({ archive, bytes_checked }: VerifyReport): RunFacts {
  return { ...(archive !== '' && { archive }), bytes_in: bytes_checked }
}

/** How a verification ended that did not come to its end. */
export function endedAs({ status }: Ending): 'failed' | 'interrupted' {
  return status === 'interrupted' ? 'interrupted' : 'failed'
}
