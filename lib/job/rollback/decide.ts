import type { StoredObject } from '../../core/object.ts'
import type { Traces } from '../undo/traces.ts'
import type { Touched } from '../undo/undoIndex.ts'

/** What becomes of an object that a run touched. */
export type Fate = 'put_back' | 'removed' | 'unchanged' | 'left'

export interface Deciding {
  readonly traces: Traces
  /** False: the run was killed, and may not have linked all references of what it wrote. */
  readonly isComplete: boolean
  /** True: an earlier rollback was interrupted, and may not have linked all references of what it put back. */
  readonly isResumed: boolean
  /** True: what somebody else has changed is put back as well. */
  readonly force: boolean
}

/** Decides about one object by what is there now: what the run left is taken back, what another one made of it stays. */
export function fateOf(found: StoredObject | undefined, touched: Touched, deciding: Deciding): Fate {
  const back = touched.before === undefined ? 'removed' : 'put_back'
  if (isBefore(found, touched, deciding)) return 'unchanged'
  if (deciding.force || isOurs(found, touched, deciding)) return back
  return 'left'
}

function isBefore(found: StoredObject | undefined, { before }: Touched, { traces }: Deciding): boolean {
  if (found === undefined || before === undefined) return found === before
  return traces.matches(found, before)
}

function isOurs(
  found: StoredObject | undefined,
  { before, wrote }: Touched,
  { traces, isComplete, isResumed }: Deciding,
): boolean {
  if (found === undefined) return wrote === undefined
  if (wrote !== undefined && traces.matches(found, wrote, { partlyLinked: !isComplete })) return true
  return isResumed && before !== undefined && traces.matches(found, before, { partlyLinked: true })
}
