import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { LeftOut } from '../../../archive/object/filterPages.ts'
import { ElysiaError } from '../../../core/errors.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { SplitObject } from '../../../transform/object/references.ts'
import { Traces } from '../../undo/traces.ts'
import type { ExtraneousId } from '../conflict/extraneousIds.ts'
import { type Resolver, resolverFor } from '../conflict/resolve.ts'
import { reshapeStages, selectStages, writableBatches } from '../part/stages.ts'
import type { RefusedObject } from '../part/tally.ts'
import { shapeOf } from '../progressTable.ts'
import type { RestoreRun } from '../run.ts'
import { archiveName, isOnce } from '../source/source.ts'
import { ExistingReader } from './existingReader.ts'
import { PLANNED_OPTIONS, type PlanCounts, type PlanEntry, type PlanHeader, stateDigest } from './format.ts'
import { PlanFile } from './planFile.ts'

const IDS_AT_ONCE = 500

/** What writing a plan needs. */
interface PlanWriteContext {
  readonly run: RestoreRun
  readonly file: PlanFile
  readonly present: ExistingReader
  readonly traces: Traces
  readonly resolve: Resolver | undefined
  readonly counts: { -readonly [K in keyof PlanCounts]: PlanCounts[K] }
}

/**
 * Writes what a restore would do, an object a line, and changes nothing: reads the complete source, and the objects of
 * the collection that it would replace. Memory: a batch.
 * @throws ElysiaError ELYSIA_DAMAGED, ELYSIA_STATE
 */
export async function writePlan(run: RestoreRun, path: string): Promise<void> {
  const { plan, existing, options, store, frame } = run
  const file = new PlanFile(path)
  const present = await ExistingReader.of(run)
  const counts = {
    create: 0,
    overwrite: 0,
    merge: 0,
    delete: 0,
    unchanged: 0,
    skipped: 0,
    filtered: 0,
    rejected: 0,
  }
  const traces = existing?.traces ?? new Traces(store.kind, plan.schema)
  const resolve = resolverFor(existing, { options, undo: undefined })
  const planning: PlanWriteContext = { run, file, present, traces, resolve, counts }
  try {
    await file.begin(headerOf(run))
    for (const part of plan.parts) {
      if (frame.stop.aborted) throw frame.stop.reason
      await part.check?.(frame.signal)
      await planPart(planning, part)
    }
    await planDeletions(planning)
    await file.end(counts)
  } finally {
    await file.close()
    await present.close()
  }
  run.progress.planned = { file: path, ...counts }
}

/** Refuses a restore that cannot be written as a plan. @throws ElysiaError ELYSIA_USAGE, naming why */
export function requirePlannable({
  source,
  options,
  alias,
}: Pick<RestoreRun, 'source' | 'options' | 'alias'>): void {
  const fact = isOnce(source)
    ? `${source.name} is a pipe, which can be read only once`
    : alias !== undefined
      ? '--into-alias restores beside, and changes nothing that is there'
      : options.useList !== undefined
        ? '--use-list selects by itself'
        : options.onNewProperty === 'evolve'
          ? '--on-new-property evolve changes the class'
          : options.skipDamaged
            ? '--skip-damaged may leave out something else each time'
            : undefined
  if (fact === undefined) return
  throw new ElysiaError('ELYSIA_USAGE', `no plan can be made: ${fact}`, {
    hint: isOnce(source) ? 'write it to a file first' : 'leave one of them out',
  })
}

function headerOf({ source, class: name, store, options, existing, plan }: RestoreRun): PlanHeader {
  const declared = plan.selection?.declared
  const plannedOptions = Object.fromEntries(
    PLANNED_OPTIONS.flatMap((key) => {
      const value = key === 'objects' ? declared?.objects?.join(',') : options[key as keyof typeof options]
      return value === undefined ? [] : [[key, value]]
    }),
  )
  return {
    format: 1,
    kind: 'plan',
    made_at: new Date().toISOString(),
    source: source.name,
    archive: archiveName(source),
    identity: source.identity!,
    collection: source.schema.class,
    class: name,
    target: store.target,
    strategy: options.onConflict,
    shape: existing === undefined ? null : shapeOf(existing.schema),
    options: plannedOptions,
    ...(!plan.transforms.isEmpty && { transforms: plan.transforms.declared }),
  }
}

async function planPart(
  planning: PlanWriteContext,
  part: RestoreRun['plan']['parts'][number],
): Promise<void> {
  const { run, counts } = planning
  const { plan, frame, options, progress, kept } = run
  const pages = await part.pages(({ reason }) => {
    counts.rejected += 1
    progress.reasons.add(reason)
  })
  const onRepeated = (repeated: readonly unknown[]) => {
    counts.rejected += repeated.length
  }
  const onRefused = (refused: readonly RefusedObject[]) => {
    counts.rejected += refused.length
    for (const { reason } of refused) progress.reasons.add(reason)
  }
  const leftOut = new LeftOut((objects) => {
    counts.filtered += objects
  })
  const stages = { plan, part, onRepeated, unseen: progress.unseen, leftOut }
  const batch = { count: options.batchSize, bytes: options.batchBytes }
  const last = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(objects: readonly SplitObject[], _, done) {
      if (frame.stop.aborted) done(frame.stop.reason)
      else planBatch(planning, objects).then(() => done(), done)
    },
  })
  const batches = writableBatches({ ...stages, batch, makeTenant: async () => {}, noting: [] })
  const made = reshapeStages({
    ...stages,
    onRefused,
    onAdded: () => {},
    signal: frame.signal,
    seen: kept.seen,
  })
  await pipeline([pages, ...selectStages(stages), ...made, ...batches, last], { signal: frame.signal })
}

/** A plan changes nothing. */
const nothingRemoved = async () => ({ existed: new Set<string>(), refused: new Map<string, string>() })

async function planBatch(planning: PlanWriteContext, batch: readonly SplitObject[]): Promise<void> {
  const { run, file, present, resolve, counts } = planning
  for (const [tenant, group] of Map.groupBy(batch, ({ object }) => object.tenant)) {
    const there = await present.find(
      group.map(({ object }) => object.id),
      tenant,
    )
    const decided = (await resolve?.(group, { find: async () => there, remove: nothingRemoved })) ?? {
      due: group,
      unchanged: [],
      skipped: [],
    }
    counts.unchanged += decided.unchanged.length
    counts.skipped += decided.skipped.length
    await file.add(decided.due.map((one) => entryOf(planning, one, there.get(one.object.id))))
  }
  const done = Object.values(counts).reduce((sum, count) => sum + count, 0)
  run.frame.emit({ type: 'progress', unit: 'objects', phase: 'planning', done, ...totalOf(run) })
}

function totalOf({ plan, source }: RestoreRun): { total?: number } {
  const total = plan.objects ?? source.about
  return total === undefined ? {} : { total }
}

function entryOf(
  { run, traces, counts }: PlanWriteContext,
  { expected }: SplitObject,
  there?: StoredObject,
): PlanEntry {
  const { id, tenant } = expected
  const change = there === undefined ? 'create' : run.existing?.strategy === 'merge' ? 'merge' : 'overwrite'
  counts[change] += 1
  return {
    id,
    ...(tenant !== undefined && { tenant }),
    do: change,
    ...(there !== undefined && { was: stateDigest(traces.of(there)) }),
    becomes: stateDigest(traces.of(expected)),
  }
}

/** What a replace deletes comes after everything that is written. */
async function planDeletions({ run, file, present, traces, counts }: PlanWriteContext): Promise<void> {
  const { extraneous } = run.kept
  if (extraneous === undefined) return
  let last: ExtraneousId | undefined
  for (;;) {
    run.frame.signal.throwIfAborted()
    const ids = extraneous.after(last, IDS_AT_ONCE)
    if (ids.length === 0) return
    last = ids.at(-1)
    const tenant = last?.tenant
    const there = await present.find(
      ids.map(({ id }) => id),
      tenant,
    )
    const entries = [...there.values()].map((object): PlanEntry => {
      const at = { id: object.id, ...(tenant !== undefined && { tenant }) }
      return { ...at, do: 'delete', was: stateDigest(traces.of(object)) }
    })
    counts.delete += entries.length
    await file.add(entries)
  }
}
