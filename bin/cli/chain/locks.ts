import {
  backupJob,
  type Catalog,
  type Close,
  closeAll,
  lockOptions,
  type RootLock,
  readingLock,
} from '../../library.ts'
import { eventView } from '../../view/events.ts'
import { backupRoot, useCatalog } from '../catalog.ts'
import type { Context } from '../command.ts'
import { archiveFinder } from './finder.ts'

/** Locks on all roots of an archive and its bases, as one: lost as soon as one of them is lost. */
export interface ChainLock {
  readonly lost: AbortSignal
  release(): Promise<void>
}

/**
 * Locks the archive's own root, and the other roots of its bases with shared locks. Needs lockOptions and
 * catalogOptions.
 */
export async function lockedWithBases(
  context: Context,
  own: RootLock | undefined,
  location: string,
  purpose: string,
): Promise<ChainLock> {
  const locks: RootLock[] = own === undefined ? [] : [own]
  const release: Close = () => closeAll(locks.splice(0).map((lock) => () => lock.release()))
  try {
    for (const base of await basesOf(context, location)) {
      const root = await rootToLock(context, base)
      if (root === undefined || locks.some((lock) => lock.root === root)) continue
      const lock = await lockRead(context, root, purpose)
      if (lock !== undefined) locks.push(lock)
    }
  } catch (error) {
    await closeAll([release]).catch(() => {})
    throw error
  }
  const lost = AbortSignal.any(locks.map((lock) => lock.lost))
  return { lost, release: async () => void (await release()) }
}

/** A shared lock on a root; undefined if the root is not writable. @throws ElysiaError ELYSIA_LOCKED */
export async function lockRead(
  context: Context,
  root: string,
  purpose: string,
): Promise<RootLock | undefined> {
  const { lockForReading } = await readingLock()
  const { console, signal, stop } = context
  return lockForReading(root, {
    purpose,
    retryForMs: context.options(lockOptions).retryLockMs,
    signal: AbortSignal.any([signal, stop]),
    onWait: eventView(console),
  })
}

/** The root that a cleanup would lock to remove this archive; undefined if no cleanup would remove it. */
export async function rootToLock(context: Context, path: string): Promise<string | undefined> {
  const { rootToLock: rootIn } = await readingLock()
  const backups = backupRoot(context)
  const look = (catalog: Catalog | undefined) => rootIn(path, catalog, backups)
  return useCatalog(context, look).catch(() => look(undefined))
}

/** Where the bases of an archive are; empty for a full one. Its reader reports what is damaged or missing. */
async function basesOf(context: Context, location: string): Promise<string[]> {
  const { openArchive, openChain, findBelow, parentOfArchive, directoryStorage } = await backupJob()
  const near = findBelow([parentOfArchive(location), backupRoot(context)])
  const findCataloged = await archiveFinder(context)
  try {
    const newest = await openArchive(directoryStorage(location))
    const { links } = await openChain(newest, async (id) => (await near(id)) ?? findCataloged(id))
    return links.filter((link) => link !== newest).map(({ storage }) => storage.text)
  } catch {
    return []
  }
}
