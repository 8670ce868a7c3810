import { resolve } from 'node:path'
import { requireFree, transientLock, userPaths } from '../../../library.ts'

/** Does the work while no other backup goes into the same place, and says what. @throws ElysiaError ELYSIA_LOCKED */
export async function withLock(to: string, work: () => Promise<void>, what = 'a backup into'): Promise<void> {
  const path = resolve(to)
  const held = transientLock(userPaths().state, `backup ${path}`, `${what} ${path}`)
  try {
    await work()
  } finally {
    held.release()
  }
}

/** For a dry run: checks that no other backup goes into the same place. @throws ElysiaError ELYSIA_LOCKED */
export function requireUnlocked(to: string): void {
  const path = resolve(to)
  requireFree(userPaths().state, `backup ${path}`, `a backup into ${path}`)
}
