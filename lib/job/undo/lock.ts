import type { FileLock } from '../../database/fileLock.ts'
import { type State, transientLock } from '../../run/state.ts'

/** A lock held by the run that writes an undo, and by whatever uses or removes it. @throws ElysiaError ELYSIA_LOCKED */
export function lockUndo({ directory }: Pick<State, 'directory'>, run: string): FileLock {
  return transientLock(directory, `undo ${run}`, `what the run ${run} changes`)
}

/**
 * A lock held by each run that changes objects of an existing collection: two at once would mistake each other's writes
 * for the earlier state.
 * @throws ElysiaError ELYSIA_LOCKED
 */
export function lockChanges({ directory }: Pick<State, 'directory'>, target: string, name: string): FileLock {
  return transientLock(directory, `changes ${target} ${name}`, `objects of ${name} in ${target}`)
}
