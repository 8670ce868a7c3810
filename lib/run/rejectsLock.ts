import { statSync } from 'node:fs'
import type { FileLock } from '../database/fileLock.ts'
import { resolvedPath } from '../file/resolvedPath.ts'
import { requireFree, type State, transientLock } from './state.ts'

/**
 * Keeps other runs from a rejects file that a user named: they would set aside or overwrite each other's lines.
 * Undefined for a pipe or a device, which several may write to.
 * @throws ElysiaError ELYSIA_LOCKED
 */
export function lockRejects({ directory }: Pick<State, 'directory'>, path: string): FileLock | undefined {
  return isDevice(path) ? undefined : transientLock(directory, ...lockOf(path))
}

/** Requires, for a run that takes no lock, that no other process holds it. @throws ElysiaError ELYSIA_LOCKED */
export function requireRejectsFree({ directory }: Pick<State, 'directory'>, path: string): void {
  if (!isDevice(path)) requireFree(directory, ...lockOf(path))
}

/** A file has one lock, by whichever name it is given. */
function lockOf(path: string): [name: string, what: string] {
  return [`rejects ${resolvedPath(path)}`, `a run with the rejects in ${path}`]
}

function isDevice(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === false
}
