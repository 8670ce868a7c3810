import type { Manifest, Plan } from '../../../archive/manifest.ts'
import type { BackupOptions } from '../options.ts'

/** Two writes of an object so close together, one before and one after it was read, may have the same time. */
const MARGIN_MS = 60_000

/**
 * The moment before which an unchanged update time proves an object unchanged: so long before the scan of the base that
 * no clock could give a later write the time that was read. Undefined if times prove nothing: for a store whose objects
 * bring their own, for a base from another store, if a clock was not measured, and with --full-scan.
 */
export function unchangedBefore(
  base: Manifest,
  plan: Pick<Plan, 'source' | 'clock_difference_ms'>,
  { fullScan }: Pick<BackupOptions, 'fullScan'>,
): number | undefined {
  const [then, now] = [base.clock_difference_ms, plan.clock_difference_ms]
  if (fullScan || then === undefined || now === undefined) return undefined
  if (base.source.target !== plan.source.target) return undefined
  return Date.parse(base.started) - MARGIN_MS - Math.max(then, now)
}
