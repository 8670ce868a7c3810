import { removeExpiredUndos } from '../../archive/undo/kept.ts'
import { undoRoot } from '../../archive/undo/undo.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { Emit } from '../../run/context.ts'
import type { State } from '../../run/state.ts'
import { lockUndo } from './lock.ts'

/** Removes what has been kept for its time, unless a process works with it; each is an event. */
export function removeExpired(state: Pick<State, 'directory'>, emit: Emit): void {
  const expired = removeExpiredUndos(undoRoot(state.directory), { spared: (run) => isBusy(state, run) })
  for (const { header, bytes } of expired) {
    emit({ type: 'undo_expired', run: header.run, collection: header.class, bytes })
  }
}

function isBusy(state: Pick<State, 'directory'>, run: string): boolean {
  try {
    lockUndo(state, run).release()
    return false
  } catch (error) {
    if (error instanceof ElysiaError && error.code === 'ELYSIA_LOCKED') return true
    throw error
  }
}
