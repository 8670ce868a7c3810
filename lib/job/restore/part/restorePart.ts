import type { Duplex, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { LeftOut } from '../../../archive/object/filterPages.ts'
import type { Semaphore } from '../../../async/semaphore.ts'
import { nameStage } from '../../../core/channel/stages.ts'
import { lineLength } from '../../../core/memory/objectSize.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { Reject } from '../../../core/reject.ts'
import type { RetryingCollection } from '../../../store/sink/retryingCollection.ts'
import { mostAtOnce, type Pace, paceArrays } from '../../../stream/pace.ts'
import { rebatch } from '../../../stream/rebatch.ts'
import { waitForMemory } from '../../../stream/waitForMemory.ts'
import type { SplitObject } from '../../../transform/object/references.ts'
import { Origins } from '../../../transform/origin.ts'
import { differingObjects } from '../conflict/differingObjects.ts'
import type { DiscardedValues } from '../conflict/newProperties.ts'
import type { Resolver } from '../conflict/resolve.ts'
import type { RestoreRun } from '../run.ts'
import type { DecodeThreads, SourcePart } from '../source/source.ts'
import { lineReject, objectReject } from '../target/rejects.ts'
import { restoreSink } from '../target/sink.ts'
import { checkedPages, type FirstCheck } from '../thread/pages.ts'
import { linksOf, noteDamage, type PartRecords, writesOf } from './partRecords.ts'
import { pagesUpToDamage, reshapeStages, selectStages, writableBatches } from './stages.ts'
import type { BatchOutcome, PartTally, RefusedObject } from './tally.ts'

/** What the parts of one restore share while they are written. */
export interface PartWriteContext {
  readonly run: RestoreRun
  readonly calls: RetryingCollection
  readonly semaphore: Semaphore
  readonly signal: AbortSignal
  /** The check of the first part: once it is done, others are checked while its objects are written. */
  readonly firstCheck: FirstCheck
  /** Threads that decode the parts; undefined if this thread does it. */
  readonly threads: DecodeThreads | undefined
  readonly makeTenant: (tenant: string) => Promise<void>
  readonly onObjects: (objects: number) => void
  readonly onFiltered: (objects: number) => void
  /** Undefined if there is no speed limit. */
  readonly pace: Pace | undefined
  /** Undefined if all objects are simply written. */
  readonly resolve: Resolver | undefined
}

/**
 * Writes the objects of a part: pages → selected, transformed, compared with what is there → batches → the store. Counts
 * every object in `tally`. Memory: a page or batch in each stage. @throws the error that ended the flow
 */
export async function restorePart(
  writing: PartWriteContext,
  part: SourcePart,
  tally: PartTally,
  noting: PartRecords,
): Promise<void> {
  const { run, calls, semaphore, signal, resolve } = writing
  const outcomes = outcomesOf(writing, part, tally, noting)
  // Created before the sink: if these stages refuse, no sink is left open.
  const stages = await stagesOf(writing, part, tally, outcomes)
  const { onSettled } = outcomes
  const sink = restoreSink({ calls, semaphore, onSettled, resolve, stop: run.frame.stop })
  const closed = new Promise((resolve) => sink.once('close', resolve))
  try {
    const flow = [...stages, nameStage('write', sink)]
    run.frame.context.stages?.watch(flow)
    await pipeline(flow, { signal })
  } finally {
    // Batches in flight must end before the counts are read.
    await closed
  }
}

/** The stages of a part before its sink, from its pages to batches. */
async function stagesOf(
  { run, firstCheck, threads, signal, makeTenant, onFiltered, pace }: PartWriteContext,
  part: SourcePart,
  tally: PartTally,
  { origins, onRefused, onRejected, onUnchanged }: Outcomes,
): Promise<[Readable, ...Duplex[]]> {
  const read = await checkedPages(part, firstCheck, threads, signal, onRejected)
  const { skipDamaged } = run.options
  const pages = skipDamaged ? pagesUpToDamage(read, (error) => noteDamage(run, part, error)) : read
  const leftOut = new LeftOut((objects) => {
    tally.leaveOut(objects)
    onFiltered(objects)
  })
  const stages = { plan: run.plan, part, onRepeated: onRefused, unseen: run.progress.unseen, leftOut }
  const onAdded = (objects: number) => tally.addMade(objects)
  const onDiscarded = (values: DiscardedValues) => tally.discard(values)
  const { seen, written } = run.kept
  const made = reshapeStages({ ...stages, onRefused, onAdded, onDiscarded, origins, signal, seen })
  const beside = differingObjects(run, part, { signal, onUnchanged })
  const compared = beside === undefined ? [] : [nameStage('compare', beside)]
  const ids = written === undefined ? [] : [nameStage('note ids', written.noting())]
  const batches = writableBatches({ ...stages, batch: batchOf(run, pace), makeTenant, noting: ids })
  return [
    nameStage('read pages', pages),
    ...waitForMemory(run.frame.memory),
    ...evenly(pace),
    ...selectStages(stages),
    ...made,
    ...compared,
    ...batches,
  ]
}

/** What becomes of the objects of a part: counted, kept as rejects, and noted for later. */
interface Outcomes {
  readonly origins: Origins
  readonly onSettled: (settled: BatchOutcome) => Promise<void>
  readonly onRefused: (objects: readonly RefusedObject[]) => void
  /** Of something that is not an object. */
  readonly onRejected: (reject: Reject) => void
  readonly onUnchanged: (unchanged: SplitObject[]) => void
}

function outcomesOf(
  { run, onObjects }: PartWriteContext,
  part: SourcePart,
  tally: PartTally,
  noting: PartRecords,
): Outcomes {
  const origins = new Origins()
  return {
    origins,
    onSettled: async (settled) => {
      const { written, refused, unchanged = [], skipped = [] } = settled
      rejectObjects(run, part, refused, origins)
      await noting.links?.add(linksOf(settled))
      await noting.writes?.add(writesOf(run, settled))
      tally.add(settled)
      onObjects(written.length + refused.length + unchanged.length + skipped.length)
    },
    onRefused: (objects) => {
      for (const { code } of objects) tally.refuse(code)
      rejectObjects(run, part, objects, origins)
      onObjects(objects.length)
    },
    onRejected: (reject) => {
      tally.refuse(reject.code)
      run.progress.reasons.add(reject.reason)
      run.kept.rejects?.append([lineReject(part.name, run.kept.origin, reject)])
      onObjects(1)
    },
    onUnchanged: (unchanged) => {
      tally.add({ written: [], refused: [], unchanged })
      onObjects(unchanged.length)
    },
  }
}

function evenly(pace: Pace | undefined): Duplex[] {
  if (pace === undefined) return []
  return [
    nameStage('batch for the pace', rebatch<StoredObject>({ ...mostAtOnce(pace), weigh: lineLength })),
    nameStage('pace', paceArrays(pace, lineLength)),
  ]
}

/** The size of batches; small with a speed limit, for an even flow. */
function batchOf({ options, frame: { memory } }: RestoreRun, pace: Pace | undefined) {
  const { batchSize, batchBytes } = options
  const most = pace && mostAtOnce(pace)
  return {
    count: Math.min(batchSize, most?.count ?? batchSize),
    bytes: Math.min(batchBytes, most?.bytes ?? batchBytes),
    ...(memory && { share: () => memory.share }),
  }
}

function rejectObjects(
  run: RestoreRun,
  part: SourcePart,
  refused: readonly RefusedObject[],
  origins: Origins,
): void {
  for (const { reason } of refused) run.progress.reasons.add(reason)
  // In the form of its source: restored from there, it goes through the same transforms again.
  const asItCame = ({ object, ...why }: RefusedObject) => ({ ...why, object: origins.of(object) })
  run.kept.rejects?.append(refused.map((one) => objectReject(part.name, run.kept.origin, asItCame(one))))
}
