import type { ArchiveStatus } from '../status.ts'
import type { Coverage } from './coverage.ts'

/** An archive as retention sees it. */
export interface Candidate {
  readonly id: string
  /** When its scan began, in milliseconds. */
  readonly time: number
  /** When an incomplete archive last changed; by default its time. */
  readonly touched?: number
  readonly status: ArchiveStatus
  readonly cluster: string
  readonly collection: string
  /** Names of tenants, separated by commas; empty for a collection without tenants. */
  readonly tenant: string
  readonly tags: readonly string[]
  readonly pinned: boolean
  /** True if its last verification found damage. */
  readonly damaged: boolean
  readonly parent?: string
  /** The bytes of its files, for totals. */
  readonly bytes?: number
  /** What it holds: only an archive that holds at least as much can displace it. */
  readonly holds: Coverage
  readonly location: string
  /** True if it is outside the directory being cleaned up: it stays, and does not count. */
  readonly outside?: boolean
}

/** Sorts newest first. If two times are equal, the greater id is newer: ids begin with their time. */
export function newestFirst(a: Candidate, b: Candidate): number {
  return b.time - a.time || (a.id < b.id ? 1 : -1)
}
