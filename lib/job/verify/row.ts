import type { Manifest } from '../../archive/manifest.ts'
import { newRunId, type RunCounts } from '../../run/record.ts'
import type { RunEntry } from '../../run/row.ts'
import type { RunEnding, RunFacts } from '../../run/run.ts'
import type { VerifyContext, VerifyReport } from './report.ts'

/** The row of a verification: its target is the archive's location, its inputs what it is compared with. */
export function entryOf(
  location: string,
  manifest: Pick<Manifest, 'id' | 'collection'> | undefined,
  { runId, against }: VerifyContext,
): RunEntry {
  const collection = manifest?.collection ?? ''
  const inputs = [manifest?.id ?? location, ...(against === undefined ? [] : [against.store.target])]
  return { run: runId ?? newRunId(), key: { target: location, class: collection, inputs }, collection }
}

/** The counts of a verification that the journal keeps. */
export function verifyCounts(report: VerifyReport): RunCounts {
  const { parts, parts_checked, objects_checked, bytes_checked, num_errors } = report
  return { parts, parts_checked, objects_checked, bytes_checked, num_errors }
}

/** The facts in a verification's last event. */
export function verifyFacts({ archive, bytes_checked }: VerifyReport): RunFacts {
  return { ...(archive !== '' && { archive }), bytes_in: bytes_checked }
}

/** The status of a verification that did not finish. */
export function endStatus({ status }: RunEnding): 'failed' | 'interrupted' {
  return status === 'interrupted' ? 'interrupted' : 'failed'
}
