import type { StoredObject } from '../../core/object.ts'
import type { Traces } from '../undo/traces.ts'
import type { TouchedObject } from '../undo/undoIndex.ts'

/** What to do with an object that a run touched. */
export type RollbackDecision = 'put_back' | 'removed' | 'unchanged' | 'left'

/** What the decision about an object depends on. */
export interface DecisionContext {
  readonly traces: Traces
  /** False if the run was killed, and may not have linked all references of what it wrote. */
  readonly isComplete: boolean
  /** True if the run removes objects before it writes them again. */
  readonly removesFirst: boolean
  /** True if an earlier rollback was interrupted, and may not have linked all references of what it put back. */
  readonly isResumed: boolean
  /** True to put back what someone else has changed, too. */
  readonly force: boolean
}

/** Decides on one object by its current state: reverts what the run left, and keeps what others changed. */
export function decideRollback(
  found: StoredObject | undefined,
  touched: TouchedObject,
  deciding: DecisionContext,
): RollbackDecision {
  const back = touched.before === undefined ? 'removed' : 'put_back'
  if (isBefore(found, touched, deciding)) return 'unchanged'
  if (deciding.force || isOurs(found, touched, deciding)) return back
  return 'left'
}

function isBefore(
  found: StoredObject | undefined,
  { before }: TouchedObject,
  { traces }: DecisionContext,
): boolean {
  if (found === undefined || before === undefined) return found === before
  return traces.matches(found, before)
}

function isOurs(
  found: StoredObject | undefined,
  { before, wrote }: TouchedObject,
  { traces, isComplete, isResumed, removesFirst }: DecisionContext,
): boolean {
  if (found === undefined) return wrote === undefined || (removesFirst && !isComplete)
  if (wrote !== undefined && traces.matches(found, wrote, { partlyLinked: !isComplete })) return true
  return isResumed && before !== undefined && traces.matches(found, before, { partlyLinked: true })
}
