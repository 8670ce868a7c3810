import type { Part, Plan } from '../../../archive/manifest.ts'
import { missingIdGaps } from '../../../archive/part/missingRanges.ts'
import { selectedPages } from '../../selection/pages.ts'
import { encodingOf } from '../encoding.ts'
import type { SourceCounts } from '../manifest.ts'
import { type Counted, callsFor, whatOf } from '../plan.ts'
import type { Begun, StorageJob } from '../run.ts'
import { type Looking, requireFound, type ScannedRange } from './found.ts'
import type { InvalidVectors } from './invalidVectors.ts'
import { Partitions } from './partitions.ts'
import { type PartsRun, writeParts } from './parts.ts'
import { BackupProgress, readBy } from './progress.ts'
import { idsIn, scannedRangesOf } from './scannedRanges.ts'
import { Sleepers, workOf } from './sleepers.ts'
import { backupTransforms } from './transforms.ts'

/** The parts of a backup, all of them, and what the store counted. */
export interface Scanned {
  readonly parts: readonly Part[]
  readonly counts: SourceCounts
}

/**
 * Scans what is left into parts, and compares each count with them. `invalid` takes note of vectors that are left
 * out; without it they end the backup. Memory: for each worker a page and what an encoder holds.
 * @throws ElysiaError ELYSIA_INCOMPLETE where the store keeps something back
 */
export async function scanned(
  job: StorageJob,
  begun: Begun,
  looking: Looking,
  invalid: InvalidVectors | undefined,
): Promise<Scanned> {
  const { run, storage, woken, subject, state } = job
  const { selection } = subject
  const { collection, retry } = looking
  const { plan } = begun
  const reading = { storage, plan, signal: run.signal }
  const progress = new BackupProgress(run.emit, expectedOf(begun), readBy(begun.there))
  const done = begun.tenants
  const unplaced = new Map<string | undefined, number>()
  const sleepers = new Sleepers({
    ...{ storage, woken, looking, reading, done, unplaced },
    onCounted: progress.expect,
  })
  if (selection?.ids !== undefined) state.unseen.note(await idsIn(reading, begun.there))
  const projection = whatOf(plan.encoding.vectors !== 'none')
  const parts = await writtenParts(
    {
      job,
      plan,
      pages: (range, signal) => selectedPages(collection, selection, range, { projection, retry, signal }),
      encoding: await encodingOf(plan),
      partitions: partitionsOf(job, begun),
      sleepers,
      transforms: (leftOut) => backupTransforms({ selection, unseen: state.unseen, invalid }, leftOut),
      onRead: progress.read,
      onDurable: progress.durable,
      onUnplaced: (tenant, objects) => unplaced.set(tenant, (unplaced.get(tenant) ?? 0) + objects),
    },
    begun,
  )
  const awake = callsFor(plan.tenants)
  const objectsOf = (tenant: string | undefined) =>
    readBy(parts.filter(({ range }) => plan.ranges[range]!.tenant === tenant)) + (unplaced.get(tenant) ?? 0)
  const isCompared = isScan(plan)
  const after = await countAfter(looking, awake, begun.counted, (tenant) =>
    isCompared
      ? { objects: objectsOf(tenant), scannedRanges: scannedRangesOf(reading, parts, tenant) }
      : undefined,
  )
  const woke = sleepers.counts
  const inParts = parts.reduce((sum, { filtered = 0 }) => sum + filtered, 0)
  const before = done.reduce((sum, { filtered = 0 }) => sum + filtered, 0)
  return {
    parts,
    counts: {
      before: plan.counts.before + woke.reduce((sum, { before }) => sum + before, 0),
      after: after + woke.reduce((sum, counts) => sum + counts.after, 0),
      filtered: inParts + before + unplaced.values().reduce((sum, objects) => sum + objects, 0),
    },
  }
}

/** True where all objects are read, so that their number can be compared with what the store counts. */
export function isScan({ content, selection }: Plan): boolean {
  return content !== 'schema-only' && selection?.objects === undefined
}

/**
 * Counts each tenant of these calls, or the collection, and compares it with what the scan found of it, where that is
 * known. Answers the sum. @throws ElysiaError ELYSIA_INCOMPLETE
 */
export async function countAfter(
  looking: Looking,
  calls: readonly { readonly tenant?: string }[],
  before: Counted,
  found: (
    tenant: string | undefined,
  ) => { objects: number; scannedRanges: readonly ScannedRange[] } | undefined,
): Promise<number> {
  const { collection, retry, signal } = looking
  let sum = 0
  for (const call of calls) {
    const { tenant } = call
    const after = await retry(() => collection.count({ ...call, signal }))
    sum += after
    const seen = found(tenant)
    if (seen === undefined) continue
    const counts = { ...call, before: before.get(tenant), after, objects: seen.objects }
    await requireFound(looking, counts, seen.scannedRanges)
  }
  return sum
}

/** All parts, those that were there before included, in order of range and file. */
async function writtenParts(run: PartsRun, begun: Begun): Promise<Part[]> {
  const { job } = run
  await writeParts(run, workLeft(job, begun))
  job.run.stop.throwIfAborted()
  return [...job.state.parts].sort((a, b) => a.range - b.range || (a.file < b.file ? -1 : 1))
}

function workLeft({ woken }: StorageJob, { plan, there, tenants }: Begun) {
  if (plan.content === 'schema-only') return []
  const names = (plan.tenants ?? []).map(({ name }) => name)
  const work = workOf(missingIdGaps(plan.ranges, there), names, woken, tenants)
  if (work.some(({ asleep }) => asleep !== undefined)) woken.announce()
  return work
}

function partitionsOf({ subject, task }: StorageJob, { plan, there }: Begun): Partitions | undefined {
  const { partition_by: by } = plan
  if (by === undefined || by === 'tenant') return undefined
  return new Partitions(by, subject.schema, task.options.maxPartitions, there)
}

/** How many objects there seem to be, as far as tenants were counted. */
function expectedOf({ plan, tenants }: Begun): number {
  return plan.counts.before + tenants.reduce((sum, { before }) => sum + before, 0)
}
