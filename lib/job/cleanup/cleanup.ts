import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ArchiveFilter, Catalog } from '../../catalog/catalog.ts'
import { type LockTiming, lockRoot, type RootLock } from '../../catalog/lock/lock.ts'
import type { ArchiveRecord } from '../../catalog/record.ts'
import { type GroupPlan, planRetention } from '../../catalog/retention/plan.ts'
import type { Policy } from '../../catalog/retention/policy.ts'
import type { Period } from '../../core/duration.ts'
import { before } from '../../core/duration.ts'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { below } from '../../file/below.ts'
import type { RunContext } from '../../run/context.ts'
import { removeArchive } from './removal.ts'

/** What is to be cleaned up, and by which rules. */
export interface Cleanup {
  readonly filter: Pick<ArchiveFilter, 'collection' | 'cluster' | 'tags' | 'location' | 'below'>
  /** Archives that do not lie below it are shown, and stay; without, all may go. */
  readonly backupRoot?: string
  readonly policy: Policy
  /** How long rows of removed archives stay as history. */
  readonly history: Period
}

/** `stop` ends a cleanup after the archive that is being removed; the rest is left for the next time. */
export interface CleanupCircumstances extends RunContext {
  readonly retryLockMs?: number
  readonly timing?: Partial<LockTiming>
  readonly now?: number
}

/** What became of a cleanup. */
export interface CleanupReport {
  readonly groups: readonly GroupPlan[]
  /** False where it was a plan only. */
  readonly done: boolean
  readonly removed: readonly string[]
  /** Bytes of the archives that were removed, or that the plan would remove. */
  readonly bytes: number
  readonly failed: readonly { readonly id: string; readonly message: string }[]
}

/** What a cleanup would do now. Nothing is locked or touched. @throws ElysiaError as `planRetention` */
export function planCleanup(catalog: Catalog, cleanup: Cleanup, now = Date.now()): CleanupReport {
  const groups = groupsOf(catalog, cleanup, now)
  const going = groups.flatMap(({ remove }) => remove)
  const bytes = going.reduce((sum, { archive }) => sum + (archive.bytes ?? 0), 0)
  return { groups, done: false, removed: [], bytes, failed: [] }
}

/**
 * Removes what the rules say, under an exclusive lock on each root that archives lie below. The plan is made under
 * the locks, where archives that still say `running` are known to be of processes that died. Increments go before
 * what they are increments of. Interrupted anywhere, the next cleanup finishes it. An archive that cannot be removed
 * is reported, and those it needs stay.
 * @throws ElysiaError ELYSIA_LOCKED, and as `planRetention`, with nothing removed
 */
export async function cleanUp(
  catalog: Catalog,
  cleanup: Cleanup,
  around: CleanupCircumstances = {},
): Promise<CleanupReport> {
  const { now = Date.now(), stop: signal } = around
  const locks = await lockRoots(catalog, cleanup, around)
  try {
    for (const { root } of locks.values()) catalog.settleRunning(root)
    const groups = groupsOf(catalog, cleanup, now)
    const removed: string[] = []
    const failed: { id: string; message: string }[] = []
    let bytes = 0
    const needed = new Set<string>()
    for (const archive of inOrder(catalog, [...removedOf(groups), ...begunIn(catalog, cleanup, locks)])) {
      if (signal?.aborted === true) break
      const { id, parent } = archive
      try {
        if (needed.has(id))
          throw new ElysiaError('ELYSIA_CONFLICT', 'an increment of it could not be removed')
        await removeOne(catalog, archive, locks, around)
        removed.push(id)
        bytes += archive.bytes
      } catch (error) {
        if (!(error instanceof ElysiaError) || error.code === 'ELYSIA_LOCKED') throw error
        failed.push({ id, message: messageOf(error) })
        if (parent !== undefined) needed.add(parent)
      }
    }
    catalog.forgetDeleted(new Date(before(now, cleanup.history)).toISOString())
    return { groups, done: true, removed, bytes, failed }
  } finally {
    for (const lock of locks.values()) await lock.release()
  }
}

function groupsOf(catalog: Catalog, cleanup: Cleanup, now: number): GroupPlan[] {
  const { filter, policy } = cleanup
  const { chosen, others } = catalog.candidates(filter)
  const mayGo = scopeOf(cleanup)
  const archives = chosen.map((archive) => (mayGo(archive) ? archive : { ...archive, outside: true }))
  const { collection, cluster, tags = [], location } = filter
  const filtered = [collection, cluster, location].some((one) => one !== undefined) || tags.length > 0
  return planRetention(archives, policy, now, { others, filtered })
}

/** Whether an archive lies where this cleanup may remove any. */
function scopeOf({ backupRoot }: Cleanup): (archive: { readonly location: string }) => boolean {
  if (backupRoot === undefined) return () => true
  const isBelow = below(resolve(backupRoot))
  return ({ location }) => isBelow(location)
}

function removedOf(groups: readonly GroupPlan[]): string[] {
  return groups.flatMap(({ remove }) => remove.map(({ archive }) => archive.id))
}

/** A removal that was begun is finished, whatever of its archive the filter says. */
function begunIn(catalog: Catalog, cleanup: Cleanup, locks: ReadonlyMap<string, RootLock>): string[] {
  const { location, below } = cleanup.filter
  const where = { ...(location !== undefined && { location }), ...(below !== undefined && { below }) }
  const begun = catalog.list({ ...where, status: ['deleting'] }).filter(({ root }) => locks.has(root))
  return begun.filter(scopeOf(cleanup)).map(({ id }) => id)
}

/** Increments first: by how many archives stand below each. */
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

/** In one order, so that two cleanups do not wait for each other in a circle. */
async function lockRoots(
  catalog: Catalog,
  cleanup: Cleanup,
  { retryLockMs = 0, stop: signal, onEvent, timing }: CleanupCircumstances,
): Promise<Map<string, RootLock>> {
  const archives = catalog.list(cleanup.filter).filter(scopeOf(cleanup))
  const roots = [...new Set(archives.map(({ root }) => root))].filter(existsSync).sort()
  const locks = new Map<string, RootLock>()
  try {
    for (const root of roots) {
      const lock = await lockRoot(root, {
        kind: 'exclusive',
        purpose: 'cleanup',
        retryForMs: retryLockMs,
        ...(signal && { signal }),
        ...(onEvent && { onWait: onEvent }),
        ...(timing && { timing }),
      })
      locks.set(root, lock)
    }
    return locks
  } catch (error) {
    for (const lock of locks.values()) await lock.release()
    throw error
  }
}

async function removeOne(
  catalog: Catalog,
  archive: ArchiveRecord,
  locks: ReadonlyMap<string, RootLock>,
  { onEvent }: CleanupCircumstances,
): Promise<void> {
  const lock = locks.get(archive.root)
  if (lock === undefined) {
    throw new ElysiaError('ELYSIA_NOT_FOUND', `${archive.root} is not there`, {
      hint: 'is its disk mounted?',
    })
  }
  await lock.check()
  const { unknownFiles } = await removeArchive(catalog, archive)
  if (unknownFiles.length > 0) {
    onEvent?.({ type: 'files_left', location: archive.location, files: [...unknownFiles] })
  }
  onEvent?.({ type: 'archive_removed', archive: archive.id })
}
