import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { LeftOut } from '../../archive/object/filtered.ts'
import { lineLength } from '../../archive/object/size.ts'
import type { AdaptiveLimit } from '../../async/adaptiveLimit.ts'
import { pool } from '../../async/pool.ts'
import { Semaphore } from '../../async/semaphore.ts'
import type { Threads } from '../../async/thread/threads.ts'
import { named } from '../../core/channel/stages.ts'
import { failpoint } from '../../core/failpoint.ts'
import type { StoredObject } from '../../core/object.ts'
import { hintedFailure } from '../../run/failure.ts'
import { batchesInFlight } from '../../run/inFlight.ts'
import { AUTO_READERS, ratesOf } from '../../run/sharedOptions.ts'
import { Calls } from '../../store/sink/retryingCollection.ts'
import { held } from '../../stream/held.ts'
import { mostAtOnce, Pace, paced } from '../../stream/pace.ts'
import { rebatch } from '../../stream/rebatch.ts'
import type { SplitObject } from '../../transform/object/references.ts'
import { Origins } from '../../transform/origin.ts'
import { alongside } from './conflict/alongside.ts'
import type { DiscardedValues } from './conflict/newProperties.ts'
import { type Resolve, resolverFor } from './conflict/resolve.ts'
import { asPlanned } from './planned/check.ts'
import type { RestoreRun } from './run.ts'
import { announceChanges } from './source/changed.ts'
import type { SourcePart } from './source/source.ts'
import { isDamage, reshaped, salvaged, wanted, writable } from './stages.ts'
import { PartTally, type Refused, type Settled } from './tally.ts'
import type { PlacedLink, SpoolFile, WrittenObject } from './target/partSpool.ts'
import { lineReject, objectReject } from './target/rejects.ts'
import { restoreSink } from './target/sink.ts'
import { checkedPages, decodeThreads, type FirstCheck } from './thread/pages.ts'

/** What the parts of one restore share while they are written. */
interface Writing {
  readonly run: RestoreRun
  readonly calls: Calls
  readonly semaphore: Semaphore
  readonly signal: AbortSignal
  /** What checks the first part: once that is done others are checked while its objects are written. */
  readonly firstCheck: FirstCheck
  /** Decode the parts; undefined where this thread does. */
  readonly threads: Threads | undefined
  readonly makeTenant: (tenant: string) => Promise<void>
  readonly onObjects: (objects: number) => void
  readonly onFiltered: (objects: number) => void
  /** Undefined where objects flow as fast as they can. */
  readonly pace: Pace | undefined
  /** Undefined where all objects are simply written. */
  readonly resolve: Resolve | undefined
}

/** What is noted of the objects of a part until all parts are written. */
interface Noting {
  readonly links: SpoolFile<PlacedLink> | undefined
  readonly writes: SpoolFile<WrittenObject> | undefined
}

/**
 * Writes the objects of all parts that are not done yet, several parts at once: check the bytes → decode →
 * wanted → transforms → batches → the collection. Each part is noted once its last object has its outcome; a damaged one ends the
 * run, or is left out with --skip-damaged.
 * @throws ElysiaError ELYSIA_DAMAGED, ELYSIA_UNREACHABLE, ELYSIA_STATE
 */
export async function writeObjects(run: RestoreRun): Promise<void> {
  const due = run.plan.parts.filter(({ name }) => !run.progress.parts.has(name))
  const workers = partsAtOnce(run, due.length)
  const inFlight = batchesInFlight(run.options.workers, run.store, run.options.batchBytes)
  const shared = sharedBy(run, inFlight)
  const firstCheck: FirstCheck = { done: undefined }
  const started = performance.now()
  const threads = await decodeThreads(run, due)
  try {
    await pool(due, { workers, signal: run.frame.signal, stop: run.frame.stop }, (part, signal) =>
      writePart(
        { ...shared, firstCheck, threads, signal, calls: new Calls(run.collection, run.retry, signal) },
        part,
      ),
    )
  } finally {
    await threads?.close()
    run.progress.workers = typeof inFlight === 'object' ? inFlight.settled : inFlight
    if (typeof inFlight === 'object') run.frame.emit({ type: 'workers_found', workers: inFlight.settled })
    run.progress.writeSeconds += (performance.now() - started) / 1000
  }
}

/** Where the store takes one call at a time, a second part is read meanwhile, and more gain nothing. */
function partsAtOnce({ store, options }: RestoreRun, parts: number): number {
  if (store.maxInFlight === 1) return Math.min(2, options.workers || 2, parts)
  return Math.min(options.workers || AUTO_READERS, parts)
}

function sharedBy(
  run: RestoreRun,
  inFlight: number | AdaptiveLimit,
): Omit<Writing, 'signal' | 'calls' | 'threads' | 'firstCheck'> {
  const { progress, plan, options, source } = run
  const total = plan.objects ?? source.about
  const all = total === undefined ? {} : { total }
  const rates = ratesOf(options)
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
    resolve: asPlanned(run, resolverFor(run.existing, { options, undo: run.kept.undo ?? run.kept.own })),
  }
}

/** Makes the tenants that nobody had named beforehand; of a class that was there those that it lacks are noted first. */
function tenantMaker({
  plan,
  retry,
  store,
  class: name,
  kept,
}: RestoreRun): (tenant: string) => Promise<void> {
  const made = new Map((plan.tenants ?? []).map((tenant) => [tenant.name, Promise.resolve()]))
  let known: Promise<ReadonlySet<string>> | undefined
  const make = async (tenant: string) => {
    if (kept.undo !== undefined) {
      known ??= retry(() => store.tenants(name)).then((names) => new Set(names))
      if (!(await known).has(tenant)) kept.undo.noteTenants([tenant])
    }
    await retry(() => store.createTenants(name, [tenant]))
  }
  return (tenant) => {
    let making = made.get(tenant)
    if (making === undefined) {
      making = make(tenant)
      made.set(tenant, making)
    }
    return making
  }
}

async function writePart(writing: Writing, part: SourcePart): Promise<void> {
  const { run } = writing
  const tally = new PartTally(run.plan.compared, run.plan.mayExpire, run.plan.presence)
  run.progress.begun.set(part.name, tally)
  const noting = await beginNoting(run, part)
  try {
    await flow(writing, part, tally, noting)
    announceChanges(run)
  } catch (error) {
    await endNoting(noting).catch(() => {})
    if (!run.options.skipDamaged || !isDamage(error)) throw error
    noteDamage(run, part, error)
  }
  await endNoting(noting)
  const facts = tally.facts()
  run.kept.rejects?.sync()
  failpoint('restore.before-note')
  if (!run.progress.damaged.has(part.name)) run.kept.log.note(part.name, facts)
  failpoint('restore.after-note')
  run.progress.begun.delete(part.name)
  run.progress.parts.set(part.name, facts)
}

async function beginNoting({ plan, kept, existing }: RestoreRun, { name }: SourcePart): Promise<Noting> {
  // What a merge keeps of an object may have references that the archive knows nothing of.
  const refers = existing === undefined ? plan.references.length > 0 : existing.traces.refers
  return {
    links: refers ? await kept.spool.begin(name) : undefined,
    writes: existing === undefined ? undefined : await kept.writes.begin(name),
  }
}

async function endNoting({ links, writes }: Noting): Promise<void> {
  await links?.end()
  await writes?.end()
}

function noteDamage(run: RestoreRun, { name }: SourcePart, error: Error): void {
  run.progress.damaged.set(name, error.message)
  run.frame.emit({ type: 'part_damaged', part: name, error: hintedFailure(error) })
}

async function flow(
  {
    run,
    calls,
    semaphore,
    firstCheck,
    threads,
    signal,
    makeTenant,
    onObjects,
    onFiltered,
    pace,
    resolve,
  }: Writing,
  part: SourcePart,
  tally: PartTally,
  noting: Noting,
): Promise<void> {
  const origins = new Origins()
  const onSettled = async (settled: Settled) => {
    const { written, refused, unchanged = [], skipped = [] } = settled
    rejectObjects(run, part, refused, origins)
    await noting.links?.add(linksOf(settled))
    await noting.writes?.add(writesOf(run, settled))
    tally.add(settled)
    onObjects(written.length + refused.length + unchanged.length + skipped.length)
  }
  const onRefused = (objects: readonly Refused[]) => {
    for (const { code } of objects) tally.refuse(code)
    rejectObjects(run, part, objects, origins)
    onObjects(objects.length)
  }
  const read = await checkedPages(part, firstCheck, threads, signal, (reject) => {
    tally.refuse(reject.code)
    run.progress.reasons.add(reject.reason)
    run.kept.rejects?.append([lineReject(part.name, run.kept.origin, reject)])
    onObjects(1)
  })
  const { skipDamaged } = run.options
  const pages = skipDamaged ? salvaged(read, (error) => noteDamage(run, part, error)) : read
  const leftOut = new LeftOut((objects) => {
    tally.leaveOut(objects)
    onFiltered(objects)
  })
  const stages = { plan: run.plan, part, onRepeated: onRefused, unseen: run.progress.unseen, leftOut }
  const onAdded = (objects: number) => tally.addMade(objects)
  const onDiscarded = (values: DiscardedValues) => tally.discard(values)
  const made = reshaped({ ...stages, onRefused, onAdded, onDiscarded, origins, signal, seen: run.kept.seen })
  const onUnchanged = (unchanged: SplitObject[]) => {
    tally.add({ written: [], refused: [], unchanged })
    onObjects(unchanged.length)
  }
  const beside = alongside(run, part, { signal, onUnchanged })
  const compared = beside === undefined ? [] : [beside]
  const ids = run.kept.written === undefined ? [] : [run.kept.written.noting()]
  const batches = writable({ ...stages, batch: batchOf(run, pace), makeTenant, noting: ids })
  const sink = restoreSink({ calls, semaphore, onSettled, resolve, stop: run.frame.stop })
  const closed = new Promise((resolve) => sink.once('close', resolve))
  try {
    const flow = [
      named('read pages', pages),
      ...held(run.frame.memory),
      ...evenly(pace),
      ...wanted(stages),
      ...made,
      ...compared,
      ...batches,
      named('write', sink),
    ]
    run.frame.context.stages?.watch(flow)
    await pipeline(flow, { signal })
  } finally {
    // What is in flight has its end before anybody asks what was written.
    await closed
  }
}

function evenly(pace: Pace | undefined): Duplex[] {
  if (pace === undefined) return []
  return [
    rebatch<StoredObject>({ ...mostAtOnce(pace), weigh: lineLength }),
    named('pace', paced(pace, lineLength)),
  ]
}

/** Of what flows at a pace batches are small, so that it flows evenly. */
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
  refused: readonly Refused[],
  origins: Origins,
): void {
  for (const { reason } of refused) run.progress.reasons.add(reason)
  // As its source has it: restored from there, it goes through the same transforms.
  const asItCame = ({ object, ...why }: Refused) => ({ ...why, object: origins.of(object) })
  run.kept.rejects?.append(refused.map((one) => objectReject(part.name, run.kept.origin, asItCame(one))))
}

function linksOf({ written }: Settled): PlacedLink[][] {
  return written.flatMap(({ object: { tenant }, links }) => {
    if (links.length === 0) return []
    return [links.map((link) => (tenant === undefined ? link : { ...link, tenant }))]
  })
}

function writesOf({ existing }: RestoreRun, { written }: Settled): WrittenObject[][] {
  if (existing === undefined) return []
  return written.map(({ expected }) => {
    const { id, tenant } = expected
    return [{ id, ...(tenant !== undefined && { tenant }), wrote: existing.traces.of(expected) }]
  })
}
