import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ArchiveFilter, Catalog } from '../../catalog/catalog.ts'
import { IndexDamaged } from '../../catalog/database/database.ts'
import { type LockTiming, lockRoot, type RootLock } from '../../catalog/lock/lock.ts'
import { type GroupPlan, planRetention } from '../../catalog/retention/plan.ts'
import type { Policy } from '../../catalog/retention/policy.ts'
import type { Period } from '../../core/duration.ts'
import { periodBefore } from '../../core/duration.ts'
import type { RunStatus } from '../../core/report.ts'
import { toThousandths } from '../../core/units.ts'
import { insideCheck } from '../../file/insideDirectory.ts'
import type { RunContext } from '../../run/context.ts'
import { type Failure, failureOf } from '../../run/failure.ts'
import { newRunId } from '../../run/record.ts'
import type { RunEntry } from '../../run/row.ts'
import { type JobResult, Run, runJob } from '../../run/run.ts'
import { type RemovalResult, removeAll } from './removeAll.ts'

/** What to clean up, and by which rules. */
export interface Cleanup {
  readonly filter: Pick<ArchiveFilter, 'collection' | 'cluster' | 'tags' | 'location' | 'below'>
  /** Archives outside it are listed, but stay; without it, all may be removed. */
  readonly backupRoot?: string
  readonly policy: Policy
  /** How long rows of removed archives stay as history. */
  readonly history: Period
}

/** The context of a cleanup: `stop` ends it after the current archive; the rest is left for the next time. */
export interface CleanupContext extends RunContext {
  readonly retryLockMs?: number
  readonly timing?: Partial<LockTiming>
  readonly now?: number
}

/** What a cleanup did. */
export interface CleanupReport {
  /** The id of the run; absent for a plan. */
  readonly id?: string
  /** `planned` if nothing was to be removed; `interrupted` if a stop left the rest for the next time. */
  readonly status: RunStatus | 'planned'
  readonly groups: readonly GroupPlan[]
  readonly removed: readonly string[]
  /** Bytes of the archives that were removed, or that the plan would remove. */
  readonly bytes: number
  readonly failed: readonly { readonly id: string; readonly message: string }[]
  /** When it began, in ISO 8601 and UTC, and how long it took; both absent for a plan. */
  readonly started_at?: string
  readonly seconds?: number
  /** The error that ended the cleanup early. */
  readonly error?: Failure
}

/** Plans what a cleanup would do now. Locks and touches nothing. @throws ElysiaError as `planRetention` */
export function planCleanup(catalog: Catalog, cleanup: Cleanup, now = Date.now()): CleanupReport {
  const groups = groupsOf(catalog, cleanup, now)
  const going = groups.flatMap(({ remove }) => remove)
  const bytes = going.reduce((sum, { archive }) => sum + (archive.bytes ?? 0), 0)
  return { status: 'planned', groups, removed: [], bytes, failed: [] }
}

/**
 * Removes what the rules say, under an exclusive lock on each root of archives. Plans under the locks, so that archives
 * that still say `running` are known to belong to dead processes. Removes increments before their bases. Interrupted at
 * any point, the next cleanup finishes it. An archive that cannot be removed is reported, and its bases stay.
 * @throws ElysiaError ELYSIA_LOCKED, and as `planRetention`, with nothing removed
 */
export async function cleanUp(
  catalog: Catalog,
  cleanup: Cleanup,
  context: CleanupContext = {},
): Promise<CleanupReport> {
  const { report, error } = await runCleanup(catalog, cleanup, context)
  if (error !== undefined) throw error
  return report
}

/**
 * As `cleanUp`, but also resolves with the report if the cleanup failed or was interrupted.
 * @throws ElysiaError as `cleanUp`, with nothing removed; IndexDamaged at any time: `withCatalog` then rebuilds the
 * catalog, and runs the rest
 */
export async function runCleanup(
  catalog: Catalog,
  cleanup: Cleanup,
  context: CleanupContext = {},
): Promise<JobResult<CleanupReport>> {
  const run = new Run('cleanup', context)
  const locks = await lockRoots(catalog, cleanup, context)
  // After waiting for a backup: its archive would be dated in the future otherwise.
  const { now = Date.now() } = context
  try {
    for (const { root } of locks.values()) catalog.settleRunning(root)
    const groups = groupsOf(catalog, cleanup, now)
    const going = [...removedOf(groups), ...unfinishedRemovals(catalog, cleanup, locks)]
    const done: RemovalResult = { removed: [], failed: [], bytes: 0 }
    const work = async () => {
      run.begin(entryOf(cleanup, [...locks.keys()], context))
      await removeAll({ catalog, locks, run }, going, done)
      catalog.forgetDeleted(new Date(periodBefore(now, cleanup.history)).toISOString())
    }
    const ended = await runJob(run, work, {
      isComplete: () => !run.stop.aborted,
      report: ({ id, status, error, startedAt, seconds }) => ({
        id,
        status,
        groups,
        ...done,
        started_at: startedAt,
        seconds: toThousandths(seconds),
        ...(error !== undefined && { error: failureOf(error) }),
      }),
      counts: ({ removed, failed, bytes }) => ({
        archives: going.length,
        removed: removed.length,
        failed: failed.length,
        bytes,
      }),
    })
    if (ended.error instanceof IndexDamaged) throw ended.error
    return ended
  } finally {
    for (const lock of locks.values()) await lock.release()
  }
}

/**
 * The row of a cleanup: its target is the root that limits it, otherwise where any archives are; its inputs are the
 * directories that it locked.
 */
function entryOf(
  { filter, backupRoot }: Cleanup,
  roots: readonly string[],
  { runId }: CleanupContext,
): RunEntry {
  const collection = filter.collection ?? ''
  const target = backupRoot ?? filter.below ?? roots.join(', ')
  return { run: runId ?? newRunId(), key: { target, class: collection, inputs: roots }, collection }
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

/** Whether this cleanup may remove archives in a location. */
function scopeOf({ backupRoot }: Cleanup): (archive: { readonly location: string }) => boolean {
  if (backupRoot === undefined) return () => true
  const isBelow = insideCheck(resolve(backupRoot))
  return ({ location }) => isBelow(location)
}

function removedOf(groups: readonly GroupPlan[]): string[] {
  return groups.flatMap(({ remove }) => remove.map(({ archive }) => archive.id))
}

/** A removal that was begun is finished, whatever the filter says about its archive. */
function unfinishedRemovals(
  catalog: Catalog,
  cleanup: Cleanup,
  locks: ReadonlyMap<string, RootLock>,
): string[] {
  const { location, below } = cleanup.filter
  const where = { ...(location !== undefined && { location }), ...(below !== undefined && { below }) }
  const unfinished = catalog.list({ ...where, status: ['deleting'] }).filter(({ root }) => locks.has(root))
  return unfinished.filter(scopeOf(cleanup)).map(({ id }) => id)
}

/** Always in the same order, so that two cleanups cannot deadlock. */
async function lockRoots(
  catalog: Catalog,
  cleanup: Cleanup,
  { retryLockMs = 0, stop: signal, onEvent, timing }: CleanupContext,
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
