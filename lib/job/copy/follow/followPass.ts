import { undoRoot } from '../../../archive/undo/undo.ts'
import type { Precedence } from '../../restore/conflict/precedence.ts'
import { lockChanges } from '../../undo/lock.ts'
import { type CopyResult, runPass } from '../pass.ts'
import { type FollowRun, noteworthyEvents } from './followRun.ts'

/** How a pass differs from others. */
export interface PassSettings {
  readonly changedSinceMs: number | undefined
  readonly precedence?: Precedence
  readonly batchSize?: number
}

/** A pass of a following copy: it has no journal entry of its own, and is never continued. */
export async function runFollowPass(
  { pass, facts, run, class: name }: FollowRun,
  { changedSinceMs, precedence, batchSize = pass.options.batchSize }: PassSettings,
): Promise<CopyResult> {
  const { target, options } = pass
  const { state, ...context } = pass.context
  const lock = state && lockChanges(state, target.store.target, name)
  try {
    return await runPass({
      ...pass,
      options: { ...options, verify: false, undo: options.undo && !facts.made, batchSize },
      context: {
        ...context,
        ...(state && { undoDirectory: context.undoDirectory ?? undoRoot(state.directory) }),
        ...(precedence && { precedence }),
        confirm: async () => true,
        onEvent: noteworthyEvents(run.emit),
      },
      changedSinceMs,
    })
  } finally {
    lock?.release()
  }
}
