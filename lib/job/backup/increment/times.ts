import type { Manifest, Plan } from '../../../archive/manifest.ts'
import type { BackupOptions } from '../options.ts'

/** Of two writes of one object that are so near, one before and one behind its reading, the times may be the same. */
const MARGIN_MS = 60_000

/**
 * The moment before which an update time that is that of the base proves an object unchanged: so long before the scan of
 * the base began that no clock could make a later write look like the one that was read there. Undefined where times
 * prove nothing: of a store whose objects bring their own, of a base from another store, and with --full-scan.
 */
export function unchangedBefore(
  base: Manifest,
  plan: Pick<Plan, 'source' | 'clock_difference_ms'>,
  { fullScan }: Pick<BackupOptions, 'fullScan'>,
): number | undefined {
  const now = plan.clock_difference_ms
  if (fullScan || now === undefined || base.source.target !== plan.source.target) return undefined
  return Date.parse(base.started) - MARGIN_MS - Math.max(now, base.clock_difference_ms ?? 0)
}
