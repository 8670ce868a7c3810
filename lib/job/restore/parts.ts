import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { lineLength } from '../../archive/object/size.ts'
import { pool } from '../../async/pool.ts'
import { Semaphore } from '../../async/semaphore.ts'
import { ElysiaError } from '../../core/errors.ts'
import { failpoint } from '../../core/failpoint.ts'
import type { StoredObject } from '../../core/object.ts'
import { Calls } from '../../store/sink/retryingCollection.ts'
import { rebatch } from '../../stream/rebatch.ts'
import { distinctIds } from './distinctIds.ts'
import type { RestoreRun } from './run.ts'
import type { SourcePart } from './source/source.ts'
import { PartTally, type Refused, type Settled } from './tally.ts'
import type { LinkFile, PlacedLink } from './target/linkSpool.ts'
import { lineReject, objectReject } from './target/rejects.ts'
import { restoreSink } from './target/sink.ts'

/** What the parts of one restore share while they are written. */
interface Writing {
  readonly run: RestoreRun
  readonly calls: Calls
  readonly slots: Semaphore
  readonly signal: AbortSignal
  readonly onTenant: (tenant: string) => Promise<void>
  readonly onObjects: (objects: number) => void
}

/**
 * Writes the objects of all parts that are not done yet, several parts at once: check the bytes → decode →
 * batches → the collection. Each part is noted once its last object has its outcome; a damaged one ends the
 * run, or is left out with --skip-damaged.
 * @throws ElysiaError ELYSIA_DAMAGED, ELYSIA_UNREACHABLE, ELYSIA_STATE
 */
export async function writeObjects(run: RestoreRun): Promise<void> {
  const due = run.plan.parts.filter(({ name }) => !run.progress.parts.has(name))
  const workers = partsAtOnce(run, due.length)
  const shared = sharedBy(run)
  const started = performance.now()
  try {
    await pool(due, { workers, signal: run.signal, stop: run.stop }, (part, signal) =>
      writePart({ ...shared, signal, calls: new Calls(run.collection, run.retry, signal) }, part),
    )
  } finally {
    run.progress.writeSeconds += (performance.now() - started) / 1000
  }
}

/** Where the store takes one call at a time, a second part is read meanwhile, and more gain nothing. */
function partsAtOnce({ store, options }: RestoreRun, parts: number): number {
  return Math.min(store.maxInFlight === 1 ? 2 : options.workers, options.workers, parts)
}

function sharedBy(run: RestoreRun): Omit<Writing, 'signal' | 'calls'> {
  const { progress, plan, circumstances, options, source } = run
  let objects = [...progress.parts.values()].reduce((sum, facts) => sum + facts.objects, 0)
  return {
    run,
    slots: new Semaphore(options.workers),
    onTenant: tenantMaker(run),
    onObjects: (more) => {
      objects += more
      progress.writtenHere += more
      circumstances.onProgress?.({ phase: 'writing', objects, total: plan.objects ?? source.about })
    },
  }
}

/** Makes the tenants that nobody had named beforehand. */
function tenantMaker({ plan, retry, store, class: name }: RestoreRun): (tenant: string) => Promise<void> {
  const made = new Map((plan.tenants ?? []).map((tenant) => [tenant.name, Promise.resolve()]))
  return (tenant) => {
    let making = made.get(tenant)
    if (making === undefined) {
      making = retry(() => store.createTenants(name, [tenant]))
      made.set(tenant, making)
    }
    return making
  }
}

async function writePart(writing: Writing, part: SourcePart): Promise<void> {
  const { run } = writing
  const tally = new PartTally(run.plan.compared, run.plan.mayExpire)
  run.progress.begun.set(part.name, tally)
  const links = run.plan.references.length === 0 ? undefined : await run.spool.begin(part.name)
  try {
    await part.check?.(writing.signal)
    await flow(writing, part, tally, links)
  } catch (error) {
    await links?.end().catch(() => {})
    if (!run.options.skipDamaged || !isDamage(error)) throw error
    noteDamage(run, part, error)
  }
  await links?.end()
  const facts = tally.facts()
  run.rejects?.sync()
  failpoint('restore.before-note')
  if (!run.progress.damaged.has(part.name)) run.log.note(part.name, facts)
  failpoint('restore.after-note')
  run.progress.begun.delete(part.name)
  run.progress.parts.set(part.name, facts)
}

function noteDamage(run: RestoreRun, { name }: SourcePart, { message }: Error): void {
  run.progress.damaged.set(name, message)
  run.notify('part_damaged', `${message}: what is whole of it is restored`)
}

async function flow(
  { run, calls, slots, signal, onTenant, onObjects }: Writing,
  part: SourcePart,
  tally: PartTally,
  links: LinkFile | undefined,
): Promise<void> {
  const { batchSize: count, batchBytes: bytes } = run.options
  const onSettled = async (settled: Settled) => {
    rejectObjects(run, part, settled.refused)
    await links?.add(linksOf(settled))
    tally.add(settled)
    onObjects(settled.written.length + settled.refused.length)
  }
  const batches = rebatch<StoredObject>({ count, bytes, weigh: lineLength })
  const sink = restoreSink({ calls, slots, split: run.plan.split, onTenant, onSettled, stop: run.stop })
  const closed = new Promise((resolve) => sink.once('close', resolve))
  const read = await part.pages((reject) => {
    tally.refuse()
    run.progress.reasons.add(reject.reason)
    run.rejects?.append([lineReject(part.name, run.origin, reject)])
    onObjects(1)
  })
  const repeated = (objects: readonly Refused[]) => {
    tally.refuse(objects.length)
    rejectObjects(run, part, objects)
    onObjects(objects.length)
  }
  const distinct = part.mayRepeat === true ? [distinctIds(repeated)] : []
  const noting = run.written === undefined ? [] : [run.written.noting()]
  const pages = run.options.skipDamaged ? salvaged(read, (error) => noteDamage(run, part, error)) : read
  try {
    await pipeline([pages, ofTenants(run.plan.only), ...distinct, batches, ...noting, sink], { signal })
  } finally {
    // What is in flight has its end before anybody asks what was written.
    await closed
  }
}

function rejectObjects(run: RestoreRun, part: SourcePart, refused: readonly Refused[]): void {
  for (const { reason } of refused) run.progress.reasons.add(reason)
  run.rejects?.append(refused.map((one) => objectReject(part.name, run.origin, one)))
}

/** Pages up to the damage: what was read before it is not taken away by it. */
function salvaged(pages: Readable, onDamage: (error: Error) => void): Readable {
  async function* upToDamage() {
    try {
      yield* pages
    } catch (error) {
      if (!isDamage(error)) throw error
      onDamage(error)
    }
  }
  return Readable.from(upToDamage(), { objectMode: true, highWaterMark: 1 })
}

/** Lets the objects of these tenants pass, or of all. */
function ofTenants(only: ReadonlySet<string> | undefined): Transform {
  return new Transform({
    objectMode: true,
    highWaterMark: 1,
    transform(page: readonly StoredObject[], _, done) {
      done(null, only === undefined ? page : page.filter(({ tenant }) => only.has(tenant ?? '')))
    },
  })
}

function linksOf({ written }: Settled): PlacedLink[][] {
  return written.flatMap(({ object: { tenant }, links }) => {
    if (links.length === 0) return []
    return [links.map((link) => (tenant === undefined ? link : { ...link, tenant }))]
  })
}

function isDamage(error: unknown): error is ElysiaError {
  return (
    error instanceof ElysiaError && (error.code === 'ELYSIA_DAMAGED' || error.code === 'ELYSIA_COMPRESSION')
  )
}
