import type { AdaptiveLimit } from '../../../async/adaptiveLimit.ts'
import { pool } from '../../../async/pool.ts'
import { Semaphore } from '../../../async/semaphore.ts'
import { failpoint } from '../../../core/failpoint.ts'
import { scaledToMemory } from '../../../core/memory/limits.ts'
import { batchesInFlight } from '../../../run/inFlight.ts'
import { ratesOf, readersOf } from '../../../run/sharedOptions.ts'
import { RetryingCollection } from '../../../store/sink/retryingCollection.ts'
import { Pace } from '../../../stream/pace.ts'
import { resolverFor } from '../conflict/resolve.ts'
import { resolveByPlan } from '../planned/check.ts'
import type { RestoreContext, RestoreRun } from '../run.ts'
import { announceChanges } from '../source/announceChanges.ts'
import type { SourcePart } from '../source/source.ts'
import { decodeThreads, type FirstCheck } from '../thread/pages.ts'
import { remakesVectors } from '../vectors/remade.ts'
import { beginRecords, endRecords, noteDamage } from './partRecords.ts'
import { type PartWriteContext, restorePart } from './restorePart.ts'
import { isDamage } from './stages.ts'
import { PartTally } from './tally.ts'
import { tenantMaker } from './tenants.ts'

/**
 * Writes the objects of all parts that are not done yet, several parts at once: check the bytes → decode → select →
 * transforms → batches → the collection. Each part is recorded once its last object has its outcome; a damaged part
 * ends the run, or is left out with --skip-damaged.
 * @throws ElysiaError ELYSIA_DAMAGED, ELYSIA_UNREACHABLE, ELYSIA_STATE
 */
export async function writeObjects(run: RestoreRun): Promise<void> {
  const due = partsDue(run)
  const workers = partsAtOnce(run, due.length)
  const inFlight = batchesInFlight(run.options.workers, run.store, run.options.batchBytes)
  const shared = sharedBy(run, inFlight)
  const firstCheck: FirstCheck = { done: undefined, ahead: run.ahead }
  const started = performance.now()
  const threads = await decodeThreads(run, due)
  try {
    await pool(due, { workers, signal: run.frame.signal, stop: run.frame.stop }, (part, signal) =>
      writePart(
        {
          ...shared,
          firstCheck,
          threads,
          signal,
          calls: new RetryingCollection(run.collection, run.retry, signal),
        },
        part,
      ),
    )
  } finally {
    await threads?.threads.close()
    run.progress.workers = typeof inFlight === 'object' ? inFlight.average : inFlight
    if (typeof inFlight === 'object') run.frame.emit({ type: 'workers_found', workers: inFlight.average })
    run.progress.writeSeconds += (performance.now() - started) / 1000
  }
}

/** Parts that are not done yet. */
function partsDue({ plan, progress }: RestoreRun): readonly SourcePart[] {
  return plan.parts.filter(({ name }) => !progress.parts.has(name))
}

/**
 * Begins to read before the class exists, if a server makes it: the first part of a directory archive, whose bytes are
 * checked first, or the first page of each range of a collection that is copied.
 */
export function readAhead(run: RestoreRun): void {
  const { store, existing, continues, options, source, ahead } = run
  const isWaitedFor = store.maxInFlight > 1 && existing === undefined && !continues
  if (!isWaitedFor || options.skipDamaged) return
  const due = partsDue(run)
  const isDecodedHere = options.threads === 'auto' || options.threads === '0'
  if (source.kind === 'collection') {
    // A sleeping tenant is not woken before its objects are needed.
    for (const part of due.slice(0, partsAtOnce(run, due.length)))
      if (part.tenant === undefined) ahead.begin(part)
  } else if (isDecodedHere && due[0]?.inThread !== undefined) ahead.begin(due[0])
}

/**
 * How many parts to read at once. If the store takes one call at a time, one more part is read meanwhile; further parts
 * gain nothing.
 */
function partsAtOnce({ store, options }: RestoreRun, parts: number): number {
  if (store.maxInFlight === 1) return Math.min(2, options.workers || scaledToMemory(2), parts)
  return Math.min(readersOf(options.workers), parts)
}

function sharedBy(
  run: RestoreRun,
  inFlight: number | AdaptiveLimit,
): Omit<PartWriteContext, 'signal' | 'calls' | 'threads' | 'firstCheck'> {
  const { progress, plan, options, source } = run
  const total = plan.objects ?? source.about
  const all = total === undefined ? {} : { total }
  const rates = ratesOf(options)
  const { precedence, kind } = run.frame.context as RestoreContext
  const undo = run.kept.undo ?? run.kept.own
  let objects = [...progress.parts.values()].reduce((sum, facts) => sum + facts.objects, 0)
  const tell = (more: number) => {
    objects += more
    run.frame.emit({ type: 'progress', unit: 'objects', phase: 'writing', done: objects, ...all })
  }
  return {
    run,
    semaphore: new Semaphore(inFlight, run.frame.context.onInFlight),
    makeTenant: tenantMaker(run),
    onObjects: (more) => {
      progress.writtenHere += more
      tell(more)
    },
    onFiltered: tell,
    pace: rates && new Pace(rates),
    resolve: resolveByPlan(
      run,
      resolverFor(run.existing, {
        options,
        undo,
        precedence,
        remakes: remakesVectors(options, run.existing, kind),
        remade: run.kept.remade,
      }),
    ),
  }
}

async function writePart(writing: PartWriteContext, part: SourcePart): Promise<void> {
  const { run } = writing
  const { compared, mayExpire, presence } = run.plan
  const tally = new PartTally(compared, run.options.verify, mayExpire, presence)
  run.progress.begun.set(part.name, tally)
  const noting = await beginRecords(run, part)
  try {
    await restorePart(writing, part, tally, noting)
    announceChanges(run)
  } catch (error) {
    await endRecords(noting).catch(() => {})
    if (!run.options.skipDamaged || !isDamage(error)) throw error
    noteDamage(run, part, error)
  }
  await endRecords(noting)
  const facts = tally.facts()
  run.kept.rejects?.sync()
  failpoint('restore.before-note')
  if (!run.progress.damaged.has(part.name)) run.kept.log.note(part.name, facts)
  failpoint('restore.after-note')
  run.progress.begun.delete(part.name)
  run.progress.parts.set(part.name, facts)
}
