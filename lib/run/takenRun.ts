import { ElysiaError } from '../core/errors.ts'
import type { Journal } from './journal.ts'
import type { RunKey } from './record.ts'

/**
 * A run id names one run for ever: given again it can only continue that one, or begin it anew where it had not come
 * to its end.
 * @throws ElysiaError ELYSIA_CONFLICT
 */
export function refuseTakenRun(runId: string | undefined, key: RunKey, journal: Journal | undefined): void {
  const other = runId === undefined ? undefined : journal?.find(runId)
  if (other === undefined || (other.status !== 'done' && journal!.isOf(other.run, key))) return
  throw new ElysiaError(
    'ELYSIA_CONFLICT',
    `the run ${runId} is one of ${other.inputs.join(', ')} into ${other.class}`,
    { hint: 'its counts, last commits and rejects would be replaced; choose another --run-id' },
  )
}
