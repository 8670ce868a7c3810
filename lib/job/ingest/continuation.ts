import { ElysiaError } from '../../errors.ts'
import type { Checkpoint, RunKey } from '../journal.ts'
import type { Notify } from '../notice.ts'
import type { Circumstances } from './ingest.ts'

/** Which run this is, and the checkpoint after which it goes on; none where it begins at the beginning. */
export interface Continuation {
  readonly run: string | undefined
  readonly checkpoint: Checkpoint | undefined
}

const ANEW: Continuation = { run: undefined, checkpoint: undefined }

/**
 * Looks for an interrupted run of the same inputs into the same collection of the same target.
 * A run into a collection that was only just created is never continued: what it had settled is gone; nor is
 * one of several inputs of which one cannot be read twice, since comparing it would use it up.
 */
export function continuation(
  key: RunKey,
  { state, fresh = false, runId }: Circumstances,
  collectionIsNew: boolean,
  rereadable: boolean,
  notify: Notify,
): Continuation {
  const found = state?.journal.unfinished(key)
  refuseForeignRun(runId, key, state)
  if (
    found?.checkpoint === undefined ||
    (key.inputs.length > 1 && !rereadable) ||
    (runId !== undefined && runId !== found.run)
  )
    return ANEW
  if (fresh) {
    notify('started_over', `run ${found.run} was interrupted; --fresh begins at the first line`)
    return ANEW
  }
  if (collectionIsNew) {
    notify(
      'started_over',
      `run ${found.run} was interrupted, but its collection is gone: begins at the first line`,
    )
    return ANEW
  }
  return { run: found.run, checkpoint: rereadable ? found.checkpoint : inOneReading(found.checkpoint) }
}

/**
 * The checkpoint of a single input as one inside it, also where it was read to its end: what cannot be read
 * twice is compared and gone on from in the same reading.
 */
function inOneReading(checkpoint: Checkpoint): Checkpoint {
  return { ...checkpoint, marks: checkpoint.marks.slice(0, 1), before: { lines: 0, bytes: 0 } }
}

/** A run id names one run: it cannot be given to another input or collection while that one is unfinished. */
function refuseForeignRun(runId: string | undefined, key: RunKey, state: Circumstances['state']): void {
  const other = runId === undefined ? undefined : state?.journal.find(runId)
  if (other === undefined || other.status === 'done' || state!.journal.isOf(other.run, key)) return
  throw new ElysiaError(
    'ELYSIA_CONFLICT',
    `the run ${runId} is one of ${other.inputs.join(', ')} into ${other.class}`,
    {
      hint: 'it is not finished; choose another --run-id',
    },
  )
}
