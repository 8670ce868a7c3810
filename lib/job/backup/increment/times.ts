import type { Manifest, Plan } from '../../../archive/manifest.ts'
import type { BackupOptions } from '../options.ts'

/** Of two writes of one object that are so near, one before and one behind its reading, the times may be the same. */
const MARGIN_MS = 60_000

/**
 * The moment before which an update time that is that of the base proves an object unchanged: so long before the scan of
 * the base began that no clock could make a later write look like the one that was read there. Undefined where times
 * prove nothing: of a store whose objects bring their own, of a base from another store, where a clock was not measured,
 * and with --full-scan.
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
