import { createHash, randomBytes } from 'node:crypto'
import type { RunStatus } from '../core/report.ts'
import type { CheckpointState } from './checkpoint.ts'
import type { RUN_KINDS } from './event/ofRuns.ts'

/** The job that a run is of. */
export type RunKind = (typeof RUN_KINDS)[number]

/** What a run counted, by the names of its report. */
export type RunCounts = Readonly<Record<string, number | Readonly<Record<string, number>>>>

/** What makes two commands the same run: the inputs by name, in order, and where they go. */
export interface RunKey {
  readonly target: string
  readonly class: string
  readonly tenant?: string
  readonly inputs: readonly string[]
  /** What becomes of objects on their way, by what tells one from another. */
  readonly transforms?: readonly string[]
}

/** A run as it is in the journal. */
export interface RunRecord {
  readonly run: string
  readonly kind: RunKind
  /** The digest of its RunKey: runs of one key continue each other. */
  readonly key: string
  /**
   * The last noted status: a killed process leaves `running`, and a process that continues a run notes only its
   * end.
   */
  readonly status: RunStatus | 'running'
  readonly collection: string
  readonly class: string
  /** The store; of what works on archives alone, the place of these. */
  readonly target: string
  readonly inputs: readonly string[]
  /** The inputs as a person reads them: their names, but for commands. */
  readonly labels: readonly string[]
  readonly startedAt: string
  readonly updatedAt: string
  /** What its last commit wrote; `checkpoint` of the journal gives all that goes with it. */
  readonly checkpoint: CheckpointState | undefined
  /** What it had done when that was noted last; undefined before. */
  readonly counts: RunCounts | undefined
  readonly error: { readonly code: string; readonly message: string } | undefined
}

/** The counts of a checkpoint, as those of a run. */
export function countsOf({ tally }: CheckpointState): RunCounts {
  return { ...tally }
}

/** True for a job whose interrupted run the same command continues; the rows of the others are history alone. */
export function isContinued(kind: RunKind): boolean {
  return kind === 'ingest' || kind === 'restore' || kind === 'copy' || kind === 'rollback'
}

/** Jobs that may work on archives alone: their target is then a place of these, and every archive may be one. */
export const ON_ARCHIVES: readonly RunKind[] = ['verify', 'cleanup', 'diff']

/** A name for a run that sorts by time: `20261123T093851Z-3f9a1c`. */
export function newRunId(): string {
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  return `${stamp}-${randomBytes(3).toString('hex')}`
}

/** What a key's runs are found by; with the name of a run it is of that one alone. */
export function digestOf(key: RunKey, run?: string): string {
  const { transforms = [] } = key
  const parts = [
    ...[key.target, key.class, key.tenant ?? null, key.inputs],
    ...(transforms.length === 0 ? [] : [{ transforms }]),
    ...(run === undefined ? [] : [run]),
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
