import type { Checkpoint } from '../../run/checkpoint.ts'
import type { WriteContext } from '../../run/context.ts'
import type { RunKey } from '../../run/record.ts'

/** The id of the run, and the checkpoint after which it continues; absent if it starts from the beginning. */
export interface Continuation {
  readonly run: string | undefined
  readonly checkpoint: Checkpoint | undefined
}

const NO_CONTINUATION: Continuation = { run: undefined, checkpoint: undefined }

/**
 * Looks for an interrupted run of the same inputs into the same collection of the same target. A run into a newly
 * created collection is never continued, because what it had settled is gone; nor is a run with several inputs of which
 * one cannot be read twice, because comparing it would use it up.
 */
export function findContinuation(
  key: RunKey,
  { state, fresh = false, runId, onEvent: emit = () => {} }: WriteContext,
  collectionIsNew: boolean,
  rereadable: boolean,
): Continuation {
  const unfinished = state?.journal.unfinished(key)
  if (
    unfinished?.checkpoint === undefined ||
    (key.inputs.length > 1 && !rereadable) ||
    (runId !== undefined && runId !== unfinished.run)
  )
    return NO_CONTINUATION
  if (fresh) {
    emit({ type: 'run_started_over', reason: 'fresh', run: unfinished.run })
    return NO_CONTINUATION
  }
  if (collectionIsNew) {
    emit({ type: 'run_started_over', reason: 'collection_gone', run: unfinished.run })
    return NO_CONTINUATION
  }
  const checkpoint = state?.journal.checkpoint(unfinished.run)
  return {
    run: unfinished.run,
    checkpoint: checkpoint && (rereadable ? checkpoint : inOneReading(checkpoint)),
  }
}

/**
 * Turns the checkpoint at the end of a single input into one inside it: an input that cannot be read twice is compared
 * and continued in the same reading.
 */
function inOneReading(checkpoint: Checkpoint): Checkpoint {
  const [end] = checkpoint.ends
  if (end === undefined) return checkpoint
  return { ...checkpoint, input: 0, mark: end, ends: [], places: [], before: { lines: 0, bytes: 0 } }
}
