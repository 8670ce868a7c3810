import { formatUnit, type RunEvent } from '../library.ts'
import { OF_ARCHIVES } from './event/ofArchives.ts'
import { OF_COLLECTIONS } from './event/ofCollections.ts'
import { OF_FILES } from './event/ofFiles.ts'
import { OF_RUNS } from './event/ofRuns.ts'
import type { Texts } from './event/texts.ts'

/** Events that are shown in another way, or not at all. */
type Untold =
  | 'run_started'
  | 'run_ended'
  | 'records_settled'
  | 'records_superseded'
  | 'progress'
  | 'record_rejected'
  | 'archive_removed'
  | 'workers_found'

/** The compiler checks that no other event lacks a text. */
const TEXTS: Required<Omit<Texts, Untold>> = { ...OF_RUNS, ...OF_FILES, ...OF_COLLECTIONS, ...OF_ARCHIVES }

/** The text of an event; undefined if it is shown in another way, or not at all. */
export function eventText(event: RunEvent): string | undefined {
  const text = (TEXTS as Texts)[event.type] as ((event: RunEvent) => string | undefined) | undefined
  return text?.(event)
}

/** The text for --verbose: what was rejected, what was removed, and what the report says as well. */
export function detailText(event: RunEvent): string | undefined {
  if (event.type === 'record_rejected') return `line ${event.line}: ${event.code}: ${event.reason}`
  // A copy that follows finds it anew in each pass.
  if (event.type === 'workers_found') return `--workers auto settled on ${event.workers} batches in flight`
  if (event.type === 'coalescing' && event.reason !== undefined) {
    const { window_bytes: bytes, reason } = event
    return `coalesced within ${bytes === undefined ? 'a batch' : formatUnit(bytes, 'bytes')}: ${reason}`
  }
  return event.type === 'archive_removed' ? `removed ${event.archive}` : undefined
}
