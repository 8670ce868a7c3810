import type { TrafficTotal } from '../history/entry.ts'
import type { MonitorReport } from './schema.ts'

type Traffic = NonNullable<MonitorReport['traffic']>[number]

/** The traffic of runs with each place, and its speed; busiest first. */
export function trafficLines(totals: readonly TrafficTotal[]): Traffic[] {
  return totals
    .map(({ place, seconds, bytes_in, bytes_out, ...stalls }) => ({
      ...{ place, bytes_in, bytes_out },
      ...(seconds > 0 && { in_per_second: bytes_in / seconds, out_per_second: bytes_out / seconds }),
      ...stalls,
    }))
    .sort((a, b) => b.bytes_in + b.bytes_out - a.bytes_in - a.bytes_out)
}
