import type { ArchiveStatus } from '../status.ts'
import type { Coverage } from './coverage.ts'

/** An archive as retention sees it. */
export interface Candidate {
  readonly id: string
  /** When its scan began, in milliseconds. */
  readonly time: number
  /** When it last changed, where it is not complete; by default its time. */
  readonly touched?: number
  readonly status: ArchiveStatus
  readonly cluster: string
  readonly collection: string
  /** Names of tenants, separated by commas; empty for a collection without. */
  readonly tenant: string
  readonly tags: readonly string[]
  readonly pinned: boolean
  /** True where its last verification found damage. */
  readonly damaged: boolean
  readonly parent?: string
  /** Of its files; for sums. */
  readonly bytes?: number
  /** What it holds: it is displaced by one that holds at least as much, and by no other. */
  readonly holds: Coverage
  readonly location: string
  /** True where it lies outside the directory that is cleaned up: it stays, and counts for nothing. */
  readonly outside?: boolean
}

/** Sorts the newest first. If two times are equal, the greater id is the newer: ids begin with their time. */
export function newestFirst(a: Candidate, b: Candidate): number {
  return b.time - a.time || (a.id < b.id ? 1 : -1)
}
