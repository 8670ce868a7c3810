import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { RunStatus } from '../core/report.ts'
import type { CheckpointState } from './checkpoint.ts'
import type { RUN_KINDS } from './event/ofRuns.ts'

/** The job of a run. */
export type RunKind = (typeof RUN_KINDS)[number]

/** The counts of a run, by the names of its report. */
export type RunCounts = Readonly<Record<string, number | Readonly<Record<string, number>>>>

/** What makes two commands the same run: the inputs by name, in order, and their destination. */
export interface RunKey {
  readonly target: string
  readonly class: string
  readonly tenant?: string
  readonly inputs: readonly string[]
  /** Keys that identify the transforms of objects. */
  readonly transforms?: readonly string[]
}

/** A run in the journal. */
export interface RunRecord {
  readonly run: string
  readonly kind: RunKind
  /** The digest of its RunKey: runs of one key continue each other. */
  readonly key: string
  /**
   * The last recorded status: a killed process leaves `running`, and a process that continues a run records only its
   * end.
   */
  readonly status: RunStatus | 'running'
  readonly collection: string
  readonly class: string
  /** The store; for work on archives only, their location. */
  readonly target: string
  readonly inputs: readonly string[]
  /** The inputs for people: their names, except for commands. */
  readonly labels: readonly string[]
  readonly startedAt: string
  readonly updatedAt: string
  /** The state of its last commit; the journal's `checkpoint` adds everything that belongs to it. */
  readonly checkpoint: CheckpointState | undefined
  /** What it had done when that was last recorded; undefined before. */
  readonly counts: RunCounts | undefined
  readonly error: { readonly code: string; readonly message: string } | undefined
}

/** The counts of a checkpoint in the form of a run's. */
export function countsOf({ tally }: CheckpointState): RunCounts {
  return { ...tally }
}

/** True for a job whose interrupted run the same command continues; the rows of others are only history. */
export function isContinued(kind: RunKind): boolean {
  return kind === 'ingest' || kind === 'restore' || kind === 'copy' || kind === 'rollback'
}

/** Jobs that may work on archives only: their target is then the location of these, and every archive may be one. */
export const ON_ARCHIVES: readonly RunKind[] = ['verify', 'cleanup', 'diff']

/** A run id that sorts by time: `20261123T093851Z-3f9a1c`. */
export function newRunId(): string {
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  return `${stamp}-${randomBytes(3).toString('hex')}`
}

/** Identifies the runs of a key; with the id of a run, only that one. */
export function digestOf(key: RunKey, run?: string): string {
  const { transforms = [] } = key
  const parts = [
    ...[key.target, key.class, key.tenant ?? null, key.inputs],
    ...(transforms.length === 0 ? [] : [{ transforms }]),
    ...(run === undefined ? [] : [run]),
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

/** An id as `newRunId` makes them: no two runs have the same. */
const MADE = /^\d{8}T\d{6}Z-[0-9a-f]{6}$/

/**
 * The file for the rejects of a run for which the user named none: `RUN.jsonl`. Embedded stores have journals of their
 * own, so runs into two of them may have been given one id: the file is then also named after its store.
 */
export function rejectsIn(directory: string, run: string, target: string): string {
  const isUnique = MADE.test(run) || !target.startsWith('sqlite:')
  const store = isUnique ? '' : `-${createHash('sha256').update(target).digest('hex').slice(0, 8)}`
  return join(directory, `${run}${store}.jsonl`)
}
