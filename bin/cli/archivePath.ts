import { existsSync } from 'node:fs'
import { type Catalog, ElysiaError, lockOptions, type RootLock, readingLock } from '../library.ts'
import { eventView } from '../view/events.ts'
import { archiveNamed, backupRoot, LATEST, onCatalog } from './catalog.ts'
import type { Context } from './command.ts'

/** An id, or the beginning of one. */
const ARCHIVE_ID = /^[0-9a-z-]+$/

/** The path of an archive: one that is there is itself, anything else is the id of one that the catalog knows. */
export async function archivePath(context: Context, operand: string): Promise<string> {
  if (existsSync(operand)) return operand
  if (operand.startsWith(LATEST)) return onCatalog(context, (catalog) => newest(context, catalog, operand))
  const known = await onCatalog(context, (catalog) =>
    ARCHIVE_ID.test(operand) ? archiveNamed(catalog, operand).location : undefined,
  ).catch((error) => {
    if (error instanceof ElysiaError && error.code === 'ELYSIA_NOT_FOUND') return undefined
    throw error
  })
  return known ?? operand
}

function newest({ console }: Context, catalog: Catalog, operand: string): string {
  const { id, location } = archiveNamed(catalog, operand)
  console.note(`${operand} is ${id}`)
  return location
}

/**
 * A shared lock on what a cleanup could remove while it is read; plain files need none. Needs lockOptions and
 * catalogOptions in schemas.
 */
export async function lockedForReading(
  context: Context,
  path: string,
  purpose: string,
): Promise<RootLock | undefined> {
  const { lockForReading, rootToLock } = await readingLock()
  const backups = backupRoot(context)
  const root = await onCatalog(context, (catalog) => rootToLock(path, catalog, backups)).catch(() =>
    rootToLock(path, undefined, backups),
  )
  if (root === undefined) return undefined
  const { console, signal, stop } = context
  return lockForReading(root, {
    purpose,
    retryForMs: context.options(lockOptions).retryLockMs,
    signal: AbortSignal.any([signal, stop]),
    onWait: eventView(console),
  })
}
