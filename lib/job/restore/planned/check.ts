import { isDeepStrictEqual } from 'node:util'
import { ElysiaError } from '../../../core/errors.ts'
import type { StoredObject } from '../../../core/object.ts'
import { pluralize } from '../../../core/units.ts'
import { type ExtraneousId, placeOf } from '../conflict/extraneousIds.ts'
import type { ObjectCalls, Resolution, Resolver } from '../conflict/resolve.ts'
import type { RefusedObject } from '../part/tally.ts'
import { shapeOf } from '../progressTable.ts'
import type { RestoreRun } from '../run.ts'
import { ExistingReader } from './existingReader.ts'
import { objectDigestOf, type PlanEntry, stateDigest } from './format.ts'

const IDS_SHOWN = 5
const MOST_IDS = 1000

/**
 * Checks a plan against the archive, the store and the class that it is applied to.
 * @throws ElysiaError ELYSIA_CONFLICT if one of them differs
 */
export function requireSamePlan(run: RestoreRun): void {
  const { applying, source, store, class: name, existing, continues, plan } = run
  if (applying === undefined) return
  const { header, path } = applying
  const shape = existing === undefined ? null : shapeOf(existing.schema)
  const faults = [
    ...(header.identity === source.identity
      ? []
      : [`it is of ${header.archive}, not of ${source.name} as it is now`]),
    ...(header.target === store.target ? [] : [`it is for ${header.target}, not for ${store.target}`]),
    ...(header.class === name ? [] : [`it is for ${header.class}, not for ${name}`]),
    ...(isDeepStrictEqual(header.transforms ?? [], plan.transforms.declared)
      ? []
      : ['it was made with other transforms']),
    ...(header.shape === shape || continues ? [] : [shapeFault(header.shape, shape, name)]),
  ]
  if (faults.length === 0) return
  throw new ElysiaError('ELYSIA_CONFLICT', `the plan ${path} does not fit: ${faults.join('; ')}`, {
    hint: 'nothing was written; make a new plan with `elysiactl col restore … --plan FILE`',
  })
}

function shapeFault(planned: string | null, now: string | null, name: string): string {
  if (planned === null) return `${name} was to be created, but exists`
  return now === null ? `${name} is gone` : `${name} has another schema now`
}

/**
 * Checks every object of a plan before anything is written. What an interrupted run of the same plan wrote counts as
 * right. Memory: a batch.
 * @throws ElysiaError ELYSIA_CONFLICT if one has changed since the plan was made, naming some; an event names more
 */
export async function requireAsPlanned(run: RestoreRun): Promise<void> {
  const { applying, existing, frame, kept, class: name } = run
  if (applying === undefined || existing === undefined) return
  await (kept.undo ?? kept.own)?.look()
  const present = await ExistingReader.of(run)
  const changed: string[] = []
  let objects = 0
  let done = 0
  try {
    for (const entries of applying.batches()) {
      if (frame.stop.aborted) throw frame.stop.reason
      const there = await present.find(
        entries.map(({ id }) => id),
        entries[0]?.tenant,
      )
      for (const entry of entries) {
        if (isAsPlanned(run, entry, there.get(entry.id))) continue
        objects += 1
        if (changed.length < MOST_IDS) changed.push(placeOf(entry))
      }
      done += entries.length
      frame.emit({ type: 'progress', unit: 'objects', phase: 'comparing', done })
    }
  } finally {
    await present.close()
  }
  if (objects === 0) return
  frame.emit({ type: 'plan_outdated', collection: name, objects, ids: changed })
  const some = changed.slice(0, IDS_SHOWN).join(', ')
  const fact = `${pluralize(objects, 'object')} of ${name} changed since the plan was made: ${some}${objects > IDS_SHOWN ? ', …' : ''}`
  throw new ElysiaError('ELYSIA_CONFLICT', fact, {
    hint: 'nothing was written; make a new plan, and check it',
  })
}

/** Whether an object is as it was when the plan was made, or as this run left it before it was interrupted. */
function isAsPlanned(
  { existing, kept }: RestoreRun,
  entry: PlanEntry,
  existingObject: StoredObject | undefined,
): boolean {
  const { traces, continues } = existing!
  const now = existingObject === undefined ? undefined : stateDigest(traces.of(existingObject))
  if (now === entry.was) return true
  if (!continues) return false
  if (entry.becomes === undefined) return now === undefined
  if (existingObject === undefined || now === undefined) return false
  return (
    (kept.undo ?? kept.own)?.own(existingObject) !== undefined ||
    objectDigestOf(now) === objectDigestOf(entry.becomes)
  )
}

/**
 * Lets a plan decide on each batch: objects that it does not name stay, those that changed meanwhile are refused, and
 * the strategy handles all others.
 */
export function resolveByPlan(run: RestoreRun, resolve: Resolver | undefined): Resolver | undefined {
  const { applying, existing } = run
  if (applying === undefined || existing === undefined || resolve === undefined) return resolve
  const projection = {
    properties: 'all',
    vectors: true,
    references: existing.traces.refers,
    times: true,
  } as const
  return async (batch, calls: ObjectCalls): Promise<Resolution> => {
    const tenant = batch[0]?.object.tenant
    const there = await calls.find(
      batch.map(({ object }) => object.id),
      projection,
      tenant,
    )
    const planned = Map.groupBy(batch, (one) => {
      const entry = applying.find(one.object.id, one.object.tenant)
      if (entry === undefined) return 'left'
      return isAsPlanned(run, entry, there.get(one.object.id)) ? 'due' : 'changed'
    })
    const left = planned.get('left') ?? []
    const due = planned.get('due') ?? []
    const none: Resolution = { due: [], unchanged: [], skipped: [] }
    const decided =
      due.length === 0
        ? none
        : await resolve(due, { find: async () => there, remove: (ids) => calls.remove(ids) })
    requireMade(run, decided)
    const isSkip = existing.strategy === 'skip'
    return {
      due: decided.due,
      unchanged: [...decided.unchanged, ...(isSkip ? [] : left)],
      skipped: [...decided.skipped, ...(isSkip ? left : [])],
      refused: (planned.get('changed') ?? []).map(({ source }) => changedMeanwhile(source)),
    }
  }
}

/** @throws ElysiaError ELYSIA_CONFLICT if something else would be written than was planned */
function requireMade({ applying, existing }: RestoreRun, { due }: Resolution): void {
  const { traces, continues } = existing!
  if (continues) return
  const other = due.find(({ expected }) => {
    const entry = applying!.find(expected.id, expected.tenant)
    return entry?.becomes !== stateDigest(traces.of(expected))
  })
  if (other === undefined) return
  const fact = `the plan ${applying!.path} differs from the archive in ${other.expected.id}`
  throw new ElysiaError('ELYSIA_CONFLICT', fact, { hint: 'make a new plan, and check it' })
}

function changedMeanwhile(object: StoredObject): RefusedObject {
  return { object, code: 'changed_meanwhile', reason: 'somebody else has changed it since the plan was made' }
}

/** The ids to be deleted that are as the plan says; the others are counted, and stay. */
export async function deletableOf(
  run: RestoreRun,
  ids: readonly ExtraneousId[],
): Promise<readonly ExtraneousId[]> {
  const { applying, frame, class: name } = run
  if (applying === undefined) return ids
  const present = await ExistingReader.of(run)
  const tenant = ids[0]?.tenant
  const there = await present.find(
    ids.map(({ id }) => id),
    tenant,
  )
  const [due, left]: [ExtraneousId[], ExtraneousId[]] = [[], []]
  for (const object of ids) {
    const entry = applying.find(object.id, object.tenant)
    const isDue = entry?.do === 'delete' && isAsPlanned(run, entry, there.get(object.id))
    ;(isDue ? due : left).push(object)
  }
  if (left.length > 0) {
    run.progress.leftAlone += left.length
    const named = left.slice(0, MOST_IDS).map(placeOf)
    frame.emit({ type: 'plan_outdated', collection: name, objects: left.length, ids: named })
  }
  return due
}
