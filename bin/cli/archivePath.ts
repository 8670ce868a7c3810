import { existsSync } from 'node:fs'
import { type Catalog, ElysiaError } from '../library.ts'
import { archiveNamed, LATEST, useCatalog } from './catalog.ts'
import { type ChainLock, lockedWithBases, lockRead, rootToLock } from './chain/locks.ts'
import type { Context } from './command.ts'

/** An id, or the beginning of one. */
const ARCHIVE_ID = /^[0-9a-z-]+$/

/** The path of an archive: an existing path itself, otherwise the archive with that id in the catalog. */
export async function archivePath(context: Context, operand: string): Promise<string> {
  if (existsSync(operand)) return operand
  if (operand.startsWith(LATEST)) return useCatalog(context, (catalog) => newest(context, catalog, operand))
  const location = await useCatalog(context, (catalog) =>
    ARCHIVE_ID.test(operand) ? archiveNamed(catalog, operand).location : undefined,
  ).catch((error) => {
    if (error instanceof ElysiaError && error.code === 'ELYSIA_NOT_FOUND') return undefined
    throw error
  })
  return location ?? operand
}

function newest({ console }: Context, catalog: Catalog, operand: string): string {
  const { id, location } = archiveNamed(catalog, operand)
  console.note(`${operand} is ${id}`)
  return location
}

/**
 * Shared locks on what a cleanup could remove while it is read, including the bases of an increment; plain files need
 * none. Needs lockOptions and catalogOptions in schemas.
 */
export async function lockedForReading(
  context: Context,
  path: string,
  purpose: string,
): Promise<ChainLock | undefined> {
  const root = await rootToLock(context, path)
  if (root === undefined) return undefined
  return lockedWithBases(context, await lockRead(context, root, purpose), path, purpose)
}
