import { undoBlocks } from '../../archive/undo/reader.ts'
import type { UndoEntry } from '../../archive/undo/undo.ts'
import { failpoint } from '../../core/failpoint.ts'
import type { StoredObject } from '../../core/object.ts'
import { type SplitReferences, splitReferences } from '../../transform/object/references.ts'
import { linkMissing } from '../restore/target/linkReferences.ts'
import type { PlacedLink, SpoolFile } from '../restore/target/partSpool.ts'
import { decideRollback, type RollbackDecision } from './decide.ts'
import type { PlannedChange, RollbackRun } from './run.ts'
import type { SkippedObject } from './skippedObjects.ts'

const LINKS = 'links'

/** The entries of a run's undo that count, a batch of one tenant at a time. Memory: a batch. */
export async function* countingEntries({ kept, index }: RollbackRun): AsyncGenerator<UndoEntry[]> {
  let number = 0
  for await (const { entries } of undoBlocks(kept.directory, kept.header)) {
    const first = number
    number += entries.length
    const counting = entries.filter((entry, at) => index.find(entry)?.entry === first + at)
    yield* Map.groupBy(counting, ({ tenant }) => tenant).values()
  }
}

/**
 * Puts back what a run changed, and removes what it created, batch by batch; what others have changed since stays, and
 * is listed. Links references once all objects exist. Memory: a batch.
 */
export async function putBack(run: RollbackRun): Promise<void> {
  const { kept, links, options } = run
  const { schema } = kept.header
  const split = splitReferences({ from: schema, name: schema.class, leftOut: new Set() })
  const file = options.dryRun ? undefined : await links.begin(LINKS)
  try {
    for await (const entries of countingEntries(run)) {
      throwIfStopped(run)
      await putBackSome(run, entries, split, file)
    }
  } finally {
    await file?.end()
  }
  if (options.dryRun) return
  failpoint('rollback.objects')
  await linkAll(run)
  failpoint('rollback.linked')
}

async function putBackSome(
  run: RollbackRun,
  entries: readonly UndoEntry[],
  split: SplitReferences,
  file: SpoolFile<PlacedLink> | undefined,
): Promise<void> {
  const { index, deciding, progress, options, frame, left } = run
  const tenant = entries[0]?.tenant
  if (tenant !== undefined && run.asleep.has(tenant)) {
    progress.notLookedAt += entries.length
    return
  }
  const existing = await existingObjects(run, entries)
  const by = Map.groupBy(entries, (entry) =>
    decideRollback(existing.get(entry.id), index.find(entry)!, deciding),
  )
  const of = (fate: RollbackDecision) => by.get(fate) ?? []
  const refused = options.dryRun
    ? []
    : [
        ...(await writeBack(run, of('put_back'), split, file)),
        ...(await removeAll(run, of('removed'), tenant)),
      ]
  if (options.dryRun) noteChanges(progress.changes, by)
  for (const fate of FATES) progress.fates[fate] += of(fate).length
  for (const { fate } of refused) progress.fates[fate] -= 1
  progress.rejected += refused.length
  left.add([
    ...of('left').map((entry) => leftOf(entry, existing.get(entry.id) === undefined ? 'gone' : 'changed')),
    ...refused.map(({ entry, reason }) => ({ ...leftOf(entry, 'refused'), reason })),
  ])
  const done = Object.values(progress.fates).reduce((sum, count) => sum + count, progress.rejected)
  frame.emit({ type: 'progress', unit: 'objects', phase: 'writing', done, total: index.objects })
}

/** The existing objects of some entries of one tenant. A tenant that is gone has none. */
export async function existingObjects(
  { calls, whole, tenants }: RollbackRun,
  entries: readonly UndoEntry[],
): Promise<ReadonlyMap<string, StoredObject>> {
  const tenant = entries[0]?.tenant
  if (tenant !== undefined && tenants?.has(tenant) !== true) return new Map()
  return calls.find(
    entries.map(({ id }) => id),
    whole,
    tenant,
  )
}

const FATES: readonly RollbackDecision[] = ['put_back', 'removed', 'unchanged', 'left']

/** How many changes a dry run lists. */
const MOST_LISTED = 1000

function noteChanges(
  changes: PlannedChange[],
  by: ReadonlyMap<RollbackDecision, readonly UndoEntry[]>,
): void {
  for (const [fate, entries] of by) {
    if (fate === 'unchanged') continue
    for (const { id, tenant } of entries.slice(0, MOST_LISTED - changes.length))
      changes.push({ id, ...(tenant !== undefined && { tenant }), fate })
  }
}

interface RefusedEntry {
  readonly entry: UndoEntry
  readonly fate: RollbackDecision
  readonly reason: string
}

async function writeBack(
  { calls, progress }: RollbackRun,
  entries: readonly UndoEntry[],
  split: SplitReferences,
  file: SpoolFile<PlacedLink> | undefined,
): Promise<RefusedEntry[]> {
  if (entries.length === 0) return []
  const objects = entries.map(({ before }) => split(before!))
  const refusals = await calls.write(objects.map(({ object }) => object))
  failpoint('rollback.batch')
  const written = objects.filter(({ object }) => !refusals.has(object.id))
  const placed = written.map(({ object, links }) => links.map((link) => placedLink(link, object)))
  for (const links of placed) for (const { beacons } of links) progress.references += beacons.length
  await file?.add(placed.filter((links) => links.length > 0))
  return refusedOf(entries, refusals, 'put_back')
}

function placedLink(link: PlacedLink, { tenant }: StoredObject): PlacedLink {
  return tenant === undefined ? link : { ...link, tenant }
}

async function removeAll(
  { calls }: RollbackRun,
  entries: readonly UndoEntry[],
  tenant: string | undefined,
): Promise<RefusedEntry[]> {
  if (entries.length === 0) return []
  const { refused } = await calls.remove(new Map(entries.map(({ id }) => [id, tenant])))
  failpoint('rollback.removed')
  return refusedOf(entries, refused, 'removed')
}

function refusedOf(
  entries: readonly UndoEntry[],
  refusals: ReadonlyMap<string, string>,
  fate: RollbackDecision,
): RefusedEntry[] {
  return entries.flatMap((entry) => {
    const reason = refusals.get(entry.id)
    return reason === undefined ? [] : [{ entry, fate, reason }]
  })
}

function leftOf({ id, tenant }: UndoEntry, found: SkippedObject['found']): SkippedObject {
  return { id, ...(tenant !== undefined && { tenant }), found }
}

async function linkAll(run: RollbackRun): Promise<void> {
  const { links, frame, progress, left } = run
  for await (const some of links.read(LINKS)) {
    throwIfStopped(run)
    for (const [tenant, group] of Map.groupBy(some, (link) => link.tenant)) {
      const call = { signal: frame.signal, ...(tenant !== undefined && { tenant }), look: true }
      const refused = await linkMissing(run, group, call)
      for (const { link } of refused) progress.referencesRejected += link.beacons.length
      left.add(
        refused.map(({ link: { id }, reason }) => ({
          id,
          ...(tenant !== undefined && { tenant }),
          found: 'refused',
          reason,
        })),
      )
    }
  }
}

/** Ends the work of a run that was stopped. @throws the reason for the stop */
export function throwIfStopped({ frame }: RollbackRun): void {
  frame.signal.throwIfAborted()
  frame.stop.throwIfAborted()
}
