import { sumCounts } from '../../core/report.ts'
import type { RunEvent } from '../../run/event/schema.ts'
import type { HistoryEntry } from './entry.ts'

type Progress = NonNullable<HistoryEntry['progress']>

/** The progress that an event reports; undefined if it reports none. */
export function progressAfter(
  before: Partial<Progress> = {},
  event: RunEvent,
): Partial<Progress> | undefined {
  switch (event.type) {
    case 'progress': {
      const { unit, done, total, phase } = event
      const { phase: _, total: __, waits_for: ___, ...rest } = before
      return { ...rest, unit, done, ...(total !== undefined && { total }), ...(phase && { phase }) }
    }
    case 'records_settled': {
      const { waits_for: _, ...rest } = before
      const { records, rejected, retries } = event
      return { ...rest, unit: 'records', done: records, rejected: sumCounts(rejected), retries }
    }
    case 'retry':
      return { ...before, retries: (before.retries ?? 0) + 1 }
    case 'lock_wait':
      return { ...before, waits_for: `the lock ${event.file}` }
    case 'stalled':
      return { ...before, waits_for: event.waits_for }
    case 'resumed': {
      const { waits_for: _, ...rest } = before
      return rest
    }
    default:
      return undefined
  }
}
