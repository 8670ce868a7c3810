import { removeExpiredUndos } from '../../archive/undo/keptUndo.ts'
import { undoRoot } from '../../archive/undo/undo.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { FileLock } from '../../database/fileLock.ts'
import type { Emit } from '../../run/context.ts'
import type { State } from '../../run/state.ts'
import { lockUndo } from './lock.ts'

/** Removes expired undos, unless a process uses them; each removal is an event. */
export function removeExpired(state: Pick<State, 'directory'>, emit: Emit): void {
  const expired = removeExpiredUndos(undoRoot(state.directory), { lockOf: (run) => freeLock(state, run) })
  for (const { header, bytes } of expired) {
    emit({ type: 'undo_expired', run: header.run, collection: header.class, bytes })
  }
}

/** Undefined while a process holds it. */
function freeLock(state: Pick<State, 'directory'>, run: string): FileLock | undefined {
  try {
    return lockUndo(state, run)
  } catch (error) {
    if (error instanceof ElysiaError && error.code === 'ELYSIA_LOCKED') return undefined
    throw error
  }
}
