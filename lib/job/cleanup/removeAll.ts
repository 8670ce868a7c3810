import type { Catalog } from '../../catalog/catalog.ts'
import { IndexDamaged } from '../../catalog/database/database.ts'
import type { RootLock } from '../../catalog/lock/lock.ts'
import type { ArchiveRecord } from '../../catalog/record.ts'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import type { Run } from '../../run/run.ts'
import { removeArchive } from './removal.ts'

/** What was removed so far, and what could not be. */
export interface RemovalResult {
  readonly removed: string[]
  readonly failed: { id: string; message: string }[]
  bytes: number
}

/** What removing archives needs. */
export interface RemovalContext {
  readonly catalog: Catalog
  readonly locks: ReadonlyMap<string, RootLock>
  readonly run: Run
}

/**
 * Removes archives, increments before their bases, and records each in `done`; a stop leaves the rest. An archive that
 * cannot be removed is recorded as failed, and its bases stay.
 * @throws ElysiaError ELYSIA_LOCKED, IndexDamaged: these end everything
 */
export async function removeAll(
  removing: RemovalContext,
  ids: readonly string[],
  done: RemovalResult,
): Promise<void> {
  const needed = new Set<string>()
  for (const archive of inOrder(removing.catalog, ids)) {
    if (removing.run.stop.aborted) return
    const { id, parent } = archive
    try {
      if (needed.has(id)) throw stillNeeded()
      await removeOne(removing, archive)
      done.removed.push(id)
      done.bytes += archive.bytes
    } catch (error) {
      if (!(error instanceof ElysiaError) || error.code === 'ELYSIA_LOCKED') throw error
      if (error instanceof IndexDamaged) throw error
      done.failed.push({ id, message: messageOf(error) })
      if (parent !== undefined) needed.add(parent)
    }
  }
}

/** Increments first: by how many archives each is based on. */
function inOrder(catalog: Catalog, ids: readonly string[]): ArchiveRecord[] {
  const going = new Set(ids)
  const records = catalog.list().filter(({ id }) => going.has(id))
  const archives = new Map(records.map((record) => [record.id, record]))
  const depth = (id: string, seen = new Set<string>()): number => {
    const parent = archives.get(id)?.parent
    if (parent === undefined || seen.has(id) || !archives.has(parent)) return 0
    return 1 + depth(parent, seen.add(id))
  }
  const deep = new Map(ids.map((id) => [id, depth(id)]))
  return [...archives.values()].sort(
    (a, b) => deep.get(b.id)! - deep.get(a.id)! || (a.started + a.id < b.started + b.id ? -1 : 1),
  )
}

async function removeOne({ catalog, locks, run }: RemovalContext, archive: ArchiveRecord): Promise<void> {
  const lock = locks.get(archive.root)
  if (lock === undefined) {
    throw new ElysiaError('ELYSIA_NOT_FOUND', `${archive.root} is not there`, {
      hint: 'is its disk mounted?',
    })
  }
  await lock.check()
  const { unknownFiles } = await removeArchive(catalog, archive)
  if (unknownFiles.length > 0) {
    run.emit({ type: 'files_left', location: archive.location, files: [...unknownFiles] })
  }
  run.emit({ type: 'archive_removed', archive: archive.id })
}

function stillNeeded(): ElysiaError {
  return new ElysiaError('ELYSIA_CONFLICT', 'an increment of it could not be removed', {
    hint: 'remove what keeps the increment; the next cleanup removes both',
  })
}
