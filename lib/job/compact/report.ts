import type { RunEvent } from '../../run/event/schema.ts'

/** The context of a compaction. */
export interface CompactContext {
  /** Stops at once; the archive stays as it was. */
  readonly signal?: AbortSignal
  readonly onEvent?: (event: RunEvent) => void
}

/** What a compaction did. */
export interface CompactReport {
  /** `unchanged`: the archive was already a full one. */
  readonly status: 'done' | 'unchanged'
  readonly archive: string
  readonly location: string
  /** The number of archives in the chain, itself included. */
  readonly links: number
  readonly objects: number
  readonly parts: number
  readonly bytes: number
  readonly digest: string
}
