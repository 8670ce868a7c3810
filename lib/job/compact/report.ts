import type { RunEvent } from '../../run/event/schema.ts'

/** The context of a compaction. */
export interface CompactContext {
  /** Ends it at once; the archive is as it was. */
  readonly signal?: AbortSignal
  readonly onEvent?: (event: RunEvent) => void
}

/** What a compaction did. */
export interface CompactReport {
  /** `unchanged`: the archive was a full one already. */
  readonly status: 'done' | 'unchanged'
  readonly archive: string
  readonly location: string
  /** Archives that it was made of, itself included. */
  readonly links: number
  readonly objects: number
  readonly parts: number
  readonly bytes: number
  readonly digest: string
}
