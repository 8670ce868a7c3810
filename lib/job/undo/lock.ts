import type { FileLock } from '../../database/fileLock.ts'
import { type State, transientLock } from '../../run/state.ts'

/** Held by the run that keeps what it changes, and by what takes it back or removes it. @throws ElysiaError ELYSIA_LOCKED */
export function lockUndo({ directory }: Pick<State, 'directory'>, run: string): FileLock {
  return transientLock(directory, `undo ${run}`, `what the run ${run} changes`)
}

/**
 * Held by each run that changes objects of a collection that was there: of two at once each would take what the other
 * wrote for what was there before. @throws ElysiaError ELYSIA_LOCKED
 */
export function lockChanges({ directory }: Pick<State, 'directory'>, target: string, name: string): FileLock {
  return transientLock(directory, `changes ${target} ${name}`, `objects of ${name} in ${target}`)
}
