import type { IndexPart, Part, Plan } from '../../../archive/manifest.ts'
import { type LeftOutCounts, leftOutIn } from '../../../archive/object/filterPages.ts'
import { missingIdGaps } from '../../../archive/part/missingRanges.ts'
import { selectedPages } from '../../selection/pages.ts'
import type { SearchPlan } from '../../selection/searchPlan.ts'
import { encodingOf } from '../encoding.ts'
import { incrementReading } from '../increment/read.ts'
import type { SourceCounts } from '../manifest.ts'
import { callsFor, scanProjection } from '../plan.ts'
import type { StartedBackup, StorageJob } from '../run.ts'
import { scanThreads } from '../thread/scan.ts'
import { countOf, requireComplete, type ScanContext } from './completeness.ts'
import { InactiveTenantScan, remainingWork } from './inactiveTenants.ts'
import type { InvalidVectors } from './invalidVectors.ts'
import { Partitions } from './partitions.ts'
import { type PartsRun, writeParts } from './parts.ts'
import { BackupProgress, readBy } from './progress.ts'
import { idsIn } from './scannedRanges.ts'
import { type ScanStateOf, unfinishedState } from './scanState.ts'
import { backupTransforms, transformsOf } from './transforms.ts'

/** All parts of a backup, and the store's counts. */
export interface ScanResult {
  readonly parts: Part[]
  /** Absent if the archive has no index. */
  readonly index?: IndexPart[]
  readonly counts: SourceCounts
}

/**
 * Scans what is left into parts, and compares each count with them. `invalid` records vectors that are left out;
 * without it they end the backup. Memory: for each worker a page and what an encoder holds.
 * @throws ElysiaError ELYSIA_INCOMPLETE if the store withholds something
 */
export async function scanParts(
  job: StorageJob,
  begun: StartedBackup,
  looking: ScanContext,
  invalid: InvalidVectors | undefined,
): Promise<ScanResult> {
  const { run, storage, woken, subject, state } = job
  const { selection } = subject
  const { plan } = begun
  const { search } = looking
  const reading = { storage, plan, signal: run.signal }
  const progress = new BackupProgress(run.emit, expectedOf(begun, search), readBy(begun.partsDone))
  const done = begun.tenants
  const unplaced = new Map<string | undefined, LeftOutCounts>()
  const stateOf = unfinishedState(job, begun, unplaced)
  const sleepers = new InactiveTenantScan({
    ...{ storage, woken, looking, held: stateOf, done, unplaced },
    onCounted: progress.expect,
  })
  if (selection?.ids !== undefined) state.unseen.note(await idsIn(reading, begun.partsDone))
  await writeAllParts(
    {
      job,
      plan,
      encoding: await encodingOf(plan),
      partitions: partitionsOf(job, begun),
      sleepers,
      ...(state.base === undefined
        ? objectsRead(job, plan, looking, invalid, progress)
        : incrementReading(job, plan, state.base, looking.collection, invalid, progress.written)),
      isIndexed: state.parts.length === 0 || state.index.length > 0,
      onUnplaced: (tenant, left) => unplaced.set(tenant, leftOutIn([unplaced.get(tenant) ?? {}, left])),
    },
    begun,
    invalid,
  )
  const isCompared = isScan(plan)
  const counted = search.conditions === undefined ? begun.counted : search.found
  const after = await countAfter(looking, callsFor(plan.tenants), counted, (tenant) =>
    isCompared ? stateOf(tenant) : undefined,
  )
  const woke = sleepers.counts
  return {
    parts: inOrder(state.parts),
    ...(state.index.length > 0 || state.base !== undefined ? { index: inOrder(state.index) } : {}),
    counts: {
      before: countedBefore(plan, search) + woke.reduce((sum, { before }) => sum + before, 0),
      after: after + woke.reduce((sum, counts) => sum + counts.after, 0),
      searched: search.texts,
      ...leftOutIn([...state.parts, ...done, ...unplaced.values()] as Partial<LeftOutCounts>[]),
    },
  }
}

/** True if all objects are read, so that their number can be compared with the store's count. */
export function isScan({ content, selection }: Plan): boolean {
  return content !== 'schema-only' && selection?.objects === undefined
}

/** How many of the requested objects the store counted before the scan. */
export function countedBefore({ counts }: Plan, { conditions, found }: SearchPlan): number {
  return conditions === undefined ? counts.before : found.values().reduce((sum, count) => sum + count, 0)
}

/**
 * Counts each tenant of these calls, or the collection, and compares it with what the scan found there, if known.
 * Returns the sum.
 * @throws ElysiaError ELYSIA_INCOMPLETE
 */
export async function countAfter(
  looking: ScanContext,
  calls: readonly { readonly tenant?: string }[],
  before: ReadonlyMap<string | undefined, number>,
  stateOf: ScanStateOf,
): Promise<number> {
  let sum = 0
  for (const call of calls) {
    const { tenant } = call
    const after = await countOf(looking, tenant)
    sum += after
    const seen = stateOf(tenant)
    if (seen === undefined) continue
    const counts = { ...call, before: before.get(tenant), after, objects: seen.objects }
    await requireComplete(looking, counts, seen.scannedRanges)
  }
  return sum
}

async function writeAllParts(
  run: PartsRun,
  begun: StartedBackup,
  invalid: InvalidVectors | undefined,
): Promise<void> {
  const { job } = run
  const threads = await scanThreads(job, begun, invalid)
  try {
    await writeParts({ ...run, threads }, workLeft(job, begun))
  } finally {
    await threads?.close()
  }
  job.run.stop.throwIfAborted()
}

/** In order of range and file. */
function inOrder<T extends Part | IndexPart>(files: readonly T[]): T[] {
  return [...files].sort((a, b) => a.range - b.range || (a.file < b.file ? -1 : 1))
}

/** The reading of a full archive for each gap: all selected objects. */
function objectsRead(
  job: StorageJob,
  plan: Plan,
  { collection, retry, search: { conditions } }: ScanContext,
  invalid: InvalidVectors | undefined,
  { read, durable }: BackupProgress,
): Pick<PartsRun, 'reading' | 'onRead' | 'onDurable'> {
  const { selection } = job.subject
  const projection = scanProjection(plan.encoding.vectors !== 'none')
  const options = transformsOf(job, plan, invalid)
  return {
    onRead: read,
    onDurable: durable,
    reading: (gap, signal, leftOut) => [
      selectedPages(collection, selection, gap, { projection, retry, signal, conditions }),
      ...backupTransforms({ ...options, signal }, leftOut),
    ],
  }
}

function workLeft(
  { woken }: StorageJob,
  { plan, partsDone: there, indexDone: thereIndex, tenants }: StartedBackup,
) {
  if (plan.content === 'schema-only') return []
  const names = (plan.tenants ?? []).map(({ name }) => name)
  const work = remainingWork(missingIdGaps(plan.ranges, [...there, ...thereIndex]), names, woken, tenants)
  if (work.some(({ asleep }) => asleep !== undefined)) woken.announce()
  return work
}

function partitionsOf(
  { subject, task }: StorageJob,
  { plan, partsDone: there }: StartedBackup,
): Partitions | undefined {
  const { partition_by: by } = plan
  if (by === undefined || by === 'tenant') return undefined
  return new Partitions(by, subject.transforms.schema, task.options.maxPartitions, there)
}

/** The estimated number of objects, as far as tenants were counted. */
function expectedOf({ plan, tenants }: StartedBackup, search: SearchPlan): number {
  return countedBefore(plan, search) + tenants.reduce((sum, { before }) => sum + before, 0)
}
