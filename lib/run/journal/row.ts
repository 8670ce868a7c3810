import type { RunStatus } from '../../core/report.ts'
import type { CheckpointState } from '../checkpoint.ts'
import { countsOf, type RunCounts, type RunKind, type RunRecord } from '../record.ts'

/** A row of the table `runs`. */
export interface JournalRow {
  run: string
  kind: RunKind
  key: string
  status: RunStatus | 'running'
  collection: string
  class: string
  target: string
  inputs: string
  /** The labels of the inputs, if they have any. */
  shown: string | null
  started_at: string
  updated_at: string
  checkpoint: string | null
  counts: string | null
  error: string | null
  error_code: string | null
}

/** A row as a run record, with its latest counts: those of an end, otherwise those of the checkpoint. */
export function recordOf(row: JournalRow): RunRecord {
  const checkpoint = row.checkpoint === null ? undefined : (JSON.parse(row.checkpoint) as CheckpointState)
  const counts =
    row.counts === null ? checkpoint && countsOf(checkpoint) : (JSON.parse(row.counts) as RunCounts)
  return {
    run: row.run,
    kind: row.kind,
    key: row.key,
    status: row.status,
    collection: row.collection,
    class: row.class,
    target: row.target,
    inputs: JSON.parse(row.inputs) as string[],
    labels: JSON.parse(row.shown ?? row.inputs) as string[],
    startedAt: row.started_at,
    updatedAt: row.updated_at,
    checkpoint,
    counts,
    error: row.error === null ? undefined : { code: row.error_code ?? 'ELYSIA_INTERNAL', message: row.error },
  }
}
