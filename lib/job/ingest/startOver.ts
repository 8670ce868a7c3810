import type { Ingest } from './types.ts'

/** Begins the run at the first line. */
export function startOver(ingest: Ingest): void {
  ingest.ledger.reset()
  ingest.startRun(false)
}

/** Restarts because the input has changed, and reports it. */
export function startOverChanged(ingest: Ingest): void {
  ingest.run.emit({ type: 'run_started_over', reason: 'input_changed' })
  startOver(ingest)
}

/** True once the run should end. */
export function isStopping({ run }: Ingest): boolean {
  return run.stop.aborted
}
