import { setTimeout as wait } from 'node:timers/promises'
import type { Retrying } from '../../../async/retry.ts'
import { ElysiaError } from '../../../core/errors.ts'
import type { StoredObject } from '../../../core/object.ts'
import { type CollectionSchema, isReplicated } from '../../../core/schema.ts'
import { pluralize } from '../../../core/units.ts'
import type { Emit } from '../../../run/context.ts'
import type { Collection, Store } from '../../../store/store.ts'
import { timeToLive } from '../../../transform/schema/timeToLive.ts'
import { selectedPages } from '../../selection/pages.ts'
import type { SearchPlan } from '../../selection/searchPlan.ts'
import type { Selection } from '../../selection/selection.ts'

/** What a store counted in a collection or tenant, and what a scan found. */
export interface ScanCounts {
  readonly tenant?: string
  /** Undefined if the backup was resumed: the count is no longer known. */
  readonly before: number | undefined
  readonly after: number
  /** Objects found, including those that the selection left out. */
  readonly objects: number
}

/** Ids after `after` up to `upTo`, and what the scan found there. */
export interface ScannedRange {
  readonly after?: string
  readonly upTo?: string
  /** The archived ids, if the archive can be read again. */
  ids?(): Promise<ReadonlySet<string>>
  /** Otherwise: how many of them existed all the time. @see isOld */
  readonly old?: number
}

/** What a second look at a collection needs. */
export interface ScanContext {
  readonly collection: Collection
  readonly retry: Retrying
  readonly signal: AbortSignal
  readonly emit: Emit
  /** True if the store may count expired objects that it no longer returns. */
  readonly expires: boolean
  /** True if objects have several replicas, and one of them answers. */
  readonly replicated: boolean
  /**
   * An object created before this moment existed during the whole scan. Undefined if objects may bring their own times,
   * which do not show when they arrived.
   */
  readonly oldBeforeMs: number | undefined
  /** For a backup of some objects: the selection. */
  readonly selection: Selection | undefined
  /** How the store finds these objects. */
  readonly search: SearchPlan
  /** True if a selected object that was read may be absent from the archive because a transform left it out. */
  readonly leavesOut: boolean
}

/** How many objects the store counts in what is requested. */
export function countOf(
  { collection, retry, signal, search: { conditions } }: ScanContext,
  tenant: string | undefined,
): Promise<number> {
  const call = { signal, ...(tenant !== undefined && { tenant }) }
  return retry(() =>
    conditions === undefined ? collection.count(call) : collection.countWhere!(conditions, call),
  )
}

/** How far the clocks of a server and this machine may differ. */
const CLOCKS_DIFFER_MS = 5 * 60_000

const LOOKS = 7
const FIRST_WAIT_MS = 50
const IDS_NAMED = 5

/** The context of a check that a scan is complete. */
export function scanContext(
  store: Store,
  schema: CollectionSchema,
  started: string,
  run: Pick<ScanContext, 'retry' | 'signal' | 'emit' | 'selection' | 'search' | 'leavesOut'>,
): ScanContext {
  return {
    ...run,
    collection: store.collection(schema.class),
    expires: timeToLive(schema)?.hidesExpired === true,
    replicated: isReplicated(schema),
    oldBeforeMs: store.kind === 'weaviate' ? Date.parse(started) - CLOCKS_DIFFER_MS : undefined,
  }
}

/**
 * Checks that a scan found everything. If it found at least as many objects as the store counted before or after,
 * nothing known is missing. If it found fewer, either objects were deleted before it and others written behind it, or
 * the store does not return all that it has. A second look at the ids decides: the store must return as many as it
 * counts, and none that existed before the backup began and that the archive lacks. Memory: the ids of a scanned range.
 * @throws ElysiaError ELYSIA_INCOMPLETE if the store withholds something
 */
export async function requireComplete(
  looking: ScanContext,
  { tenant, before, after, objects }: ScanCounts,
  scannedRanges: readonly ScannedRange[],
): Promise<void> {
  if (objects >= Math.min(before ?? after, after)) return
  const name =
    tenant === undefined ? looking.collection.name : `tenant ${tenant} of ${looking.collection.name}`
  if (looking.expires) {
    const where = { collection: looking.collection.name, ...(tenant !== undefined && { tenant }) }
    return looking.emit({ type: 'expired_counted', ...where, counted: after, returned: objects })
  }
  for (let look = 1; ; look++) {
    const seen = await lookAgain(looking, tenant, scannedRanges)
    if (seen.missed.length > 0) throw missedObjects(name, seen.missed)
    // Reading repairs a stale replica: the scan may have missed what the second look finds.
    if (looking.replicated && seen.returned > objects) throw staleReplica(name, objects, seen)
    if (seen.returned >= seen.counted) return
    if (look === LOOKS) throw withheldObjects(name, { before, after, objects }, seen)
    await wait(FIRST_WAIT_MS * 2 ** look, undefined, { signal: looking.signal })
  }
}

/** True for an object that existed before this moment, and so all the time. */
export function isOld({ createdMs }: StoredObject, beforeMs: number | undefined): boolean {
  return createdMs !== undefined && beforeMs !== undefined && createdMs < beforeMs
}

interface SecondScan {
  readonly returned: number
  /** The smaller of the counts before and after the look. */
  readonly counted: number
  /** Some ids that the archive lacks although they existed. */
  readonly missed: readonly string[]
}

async function lookAgain(
  looking: ScanContext,
  tenant: string | undefined,
  scannedRanges: readonly ScannedRange[],
): Promise<SecondScan> {
  const { collection, retry, signal, oldBeforeMs, selection, leavesOut } = looking
  const { conditions } = looking.search
  const ids = { properties: [], vectors: false, times: oldBeforeMs !== undefined }
  const projection = selection?.isPartial ? selection.projectionFor(ids) : ids
  const before = await countOf(looking, tenant)
  const missed: string[] = []
  let returned = 0
  for (const scannedRange of scannedRanges) {
    const archived = oldBeforeMs === undefined || leavesOut ? undefined : await scannedRange.ids?.()
    let old = 0
    const range = { ...scannedRange, ...(tenant !== undefined && { tenant }) }
    const reading = { projection, retry, signal, conditions }
    const pages: AsyncIterable<StoredObject[]> = selectedPages(collection, undefined, range, reading)
    for await (const page of pages) {
      returned += page.length
      for (const object of page) {
        if (!isOld(object, oldBeforeMs)) continue
        old += 1
        const isMissed = archived?.has(object.id) === false && selection?.selects(object) !== false
        if (isMissed) missed.push(object.id)
      }
      if (missed.length > IDS_NAMED) return { returned, counted: before, missed }
    }
    if (scannedRange.old !== undefined && old > scannedRange.old)
      missed.push(pluralize(old - scannedRange.old, 'object'))
  }
  const after = await countOf(looking, tenant)
  return { returned, counted: Math.min(before, after), missed }
}

function missedObjects(name: string, ids: readonly string[]): ElysiaError {
  const some = ids.slice(0, IDS_NAMED).join(', ')
  const more = ids.length > IDS_NAMED ? ' and others' : ''
  return incompleteArchive(
    `${name} had ${some}${more} before the backup, but the store did not return ${ids.length === 1 ? 'it' : 'them'} to the scan`,
    'a replica may lack objects: check the nodes, then start a new backup in another place',
  )
}

const BEHIND =
  'a copy of a node that was down may lack what was written meanwhile; wait until the server has repaired it (async replication), or name another node in --target, then begin again'

function staleReplica(name: string, objects: number, { returned }: SecondScan): ElysiaError {
  return incompleteArchive(
    `the scan found ${objects} objects of ${name}, and a second look ${returned}`,
    BEHIND,
  )
}

function withheldObjects(
  name: string,
  { before, after, objects }: Omit<ScanCounts, 'tenant'>,
  seen: SecondScan,
): ElysiaError {
  const counts = before === undefined || before === after ? `${after}` : `${before}, then ${after}`
  return incompleteArchive(
    `${name} has ${counts} objects, but the scan found ${objects}, and a last look ${seen.returned} of ${seen.counted}`,
    BEHIND,
  )
}

/** An archive that holds less than its source is no backup. */
export function incompleteArchive(fact: string, hint: string): ElysiaError {
  return new ElysiaError('ELYSIA_INCOMPLETE', `${fact}: this is not a complete backup`, { hint })
}
