import { resolve } from 'node:path'
import type { Plan } from '../../archive/manifest.ts'
import { backupPurpose } from '../../catalog/deadBackups.ts'
import { lockRoot } from '../../catalog/lock/lock.ts'
import { type CatalogOptions, withCatalog } from '../../catalog/open.ts'
import type { Location } from '../../catalog/record.ts'
import { rootOf } from '../../catalog/scan.ts'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { emitter } from '../../run/events.ts'
import { hintedFailure } from '../../run/failure.ts'
import type { BackupResult } from './frame.ts'
import type { BackupContext } from './job.ts'

/** The location of an archive, and the catalog that lists it. */
export interface CatalogPlacement {
  readonly catalog: CatalogOptions
  /** The path of the directory or file. */
  readonly path: string
  readonly shape: Location['shape']
  /** The directory to lock during the backup; by default a root that the catalog knows, or the parent directory. */
  readonly root?: string
  /** How long to wait for a cleanup or another exclusive user of that root. */
  readonly retryLockMs?: number
}

/**
 * Makes a backup that the catalog lists from its beginning: running, then complete, partial or failed, under a shared
 * lock of its root, so that no cleanup runs at the same time. The manifest is authoritative: if the catalog cannot be
 * written, an event says so, and the backup still counts.
 * @throws ElysiaError ELYSIA_LOCKED, and what the backup throws
 */
export async function backupCataloged(
  listing: CatalogPlacement,
  context: BackupContext,
  make: (context: BackupContext) => Promise<BackupResult>,
): Promise<BackupResult> {
  const emit = emitter(context.onEvent)
  const location = resolve(listing.path)
  const root = listing.root === undefined ? await knownRoot(listing.catalog, location) : resolve(listing.root)
  const where = { root, location, shape: listing.shape }
  const lock = await lockRoot(root, {
    kind: 'shared',
    purpose: backupPurpose(location),
    retryForMs: listing.retryLockMs ?? 0,
    ...(context.signal && { signal: context.signal }),
    onWait: emit,
  })
  let plan: Plan | undefined
  const note = async (work: Parameters<typeof withCatalog<void>>[1]) => {
    await withCatalog(listing.catalog, work).catch((error) =>
      emit({ type: 'backup_not_cataloged', error: hintedFailure(error) }),
    )
  }
  const signals = [lock.lost, ...(context.signal ? [context.signal] : [])]
  let recorded: Promise<void> | undefined
  const noteEnd = async (error: unknown) => {
    const status = isFailure(error) ? 'failed' : 'partial'
    if (plan !== undefined) await note((catalog) => catalog.record(plan!, where, status, messageOf(error)))
  }
  try {
    const ended = await make({
      ...context,
      signal: AbortSignal.any(signals),
      onBegun: (known) => {
        plan = known
        recorded = note((catalog) => catalog.record(known, where, 'running'))
        context.onBegun?.(known)
      },
    })
    await recorded
    const { manifest, report, error } = ended
    // A sealed archive is complete, whatever failed after it.
    if (manifest !== undefined)
      await note((catalog) => catalog.upsert(manifest, { ...where, bytes: report.bytes }))
    else await noteEnd(error)
    return ended
  } catch (error) {
    await recorded
    await noteEnd(error)
    throw error
  } finally {
    await lock.release()
  }
}

/** The root that a cleanup locks too: a known one above the archive, otherwise its parent directory. */
async function knownRoot(catalog: CatalogOptions, location: string): Promise<string> {
  const roots = await withCatalog(catalog, (open) => open.roots()).catch(() => [])
  return rootOf(location, roots)
}

/** Errors that a resumed backup would meet again; all others are interruptions. */
function isFailure(error: unknown): boolean {
  return error instanceof ElysiaError && ['ELYSIA_INCOMPLETE', 'ELYSIA_STORE'].includes(error.code)
}
