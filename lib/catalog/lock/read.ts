import { existsSync, realpathSync, type Stats, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { JOURNAL_FILE, MANIFEST_COPY_FILE, MANIFEST_FILE } from '../../archive/files.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { Catalog } from '../catalog.ts'
import { rootOf, rootsAbove } from '../scan.ts'
import { type LockOptions, lockRoot, type RootLock } from './lock.ts'

/**
 * Takes a shared lock on the root of an archive while it is read, so that no cleanup removes it. Undefined if the
 * root is not writable: then nobody can remove anything there.
 * @throws ElysiaError ELYSIA_LOCKED
 */
export async function lockForReading(
  root: string,
  options: Omit<LockOptions, 'kind'>,
): Promise<RootLock | undefined> {
  try {
    return await lockRoot(root, { ...options, kind: 'shared' })
  } catch (error) {
    if (error instanceof ElysiaError && error.code === 'ELYSIA_STATE') return undefined
    throw error
  }
}

/**
 * The root to lock while reading what a person named. Undefined if no cleanup ever removes it: a file or directory
 * that is not one of our archives and that no catalog knows.
 */
export function rootToLock(
  operand: string,
  catalog: Pick<Catalog, 'at' | 'roots'> | undefined,
  backupRoot: string,
): string | undefined {
  const stats = statSync(operand, { throwIfNoEntry: false })
  // Not a path, but the name of an archive below the root.
  if (stats === undefined) return existsSync(backupRoot) ? backupRoot : undefined
  const location = realpathSync(operand)
  const archive = catalog?.at(resolve(operand)) ?? catalog?.at(location)
  if (archive !== undefined) return archive.root
  const roots = [...(catalog?.roots() ?? []), backupRoot]
  if (isArchive(location, stats)) return rootOf(location, roots)
  return stats.isFile() ? rootsAbove(location, roots)[0] : undefined
}

function isArchive(location: string, stats: Stats): boolean {
  const names = [MANIFEST_FILE, MANIFEST_COPY_FILE, JOURNAL_FILE]
  return stats.isDirectory() && names.some((name) => existsSync(join(location, name)))
}
