import type { Trace, UndoEntry } from '../../../archive/undo/undo.ts'
import { failpoint } from '../../../core/failpoint.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { RetryingCollection } from '../../../store/sink/retryingCollection.ts'
import type { Projection } from '../../../store/store.ts'
import { mergeFor } from '../../../transform/object/merge.ts'
import { type SplitObject, splitReferences } from '../../../transform/object/references.ts'
import type { Traces } from '../../undo/traces.ts'
import type { UndoRecorder } from '../../undo/undoRecorder.ts'
import type { RestoreOptions } from '../options.ts'
import type { RefusedObject } from '../part/tally.ts'
import type { ExistingClass } from '../run.ts'
import type { RemadeObjects } from '../vectors/remade.ts'
import type { Precedence } from './precedence.ts'
import { alreadyRemade, remaking } from './remaking.ts'
import type { Strategy } from './strategy.ts'
import { tryOnce, unchangedSince } from './unchangedSince.ts'

/** What to do with the objects of one batch, all of one tenant. */
export interface Resolution {
  /** To be sent; the objects that they replace are saved. */
  readonly due: readonly SplitObject[]
  readonly unchanged: readonly SplitObject[]
  readonly skipped: readonly SplitObject[]
  /** Should be sent but cannot be: something is in the way. */
  readonly refused?: readonly RefusedObject[]
  /** Objects removed before they are sent again, by id: put back if the store refuses the new ones. */
  readonly removed?: ReadonlyMap<string, StoredObject>
  /** The same of objects that an interrupted run removed, as far as it saved them. */
  readonly removedBefore?: (ids: readonly string[]) => Promise<ReadonlyMap<string, StoredObject>>
  /** Sends the due objects in the place of a plain write; undefined if they have to be looked at again first. */
  readonly send?: (calls: RetryingCollection) => Promise<ReadonlyMap<string, string> | undefined>
}

/** Reads existing objects, and removes them. */
export type ObjectCalls = Pick<RetryingCollection, 'find' | 'remove'>

/** Decides on a batch, and saves what will change: after it resolved, `due` may be sent. */
export type Resolver = (batch: readonly SplitObject[], calls: ObjectCalls) => Promise<Resolution>

const ID_ONLY: Projection = { properties: [], vectors: false }

/** How to decide, and where to save what will change. */
export interface ResolverInput {
  readonly options: Pick<RestoreOptions, 'onlyChanged' | 'prefer' | 'vectors'> &
    Partial<Pick<RestoreOptions, 'revectorize'>>
  readonly undo:
    | (Pick<UndoRecorder, 'own' | 'keep' | 'continues'> & Partial<Pick<UndoRecorder, 'knows' | 'saved'>>)
    | undefined
  /** Existing objects are removed before they are sent again: otherwise a server would keep their vectors. */
  readonly remakes?: boolean
  /** The objects of which that is done. */
  readonly remade?: Pick<RemadeObjects, 'has' | 'add'> | undefined
  /** Keeps some objects that would be sent; undefined if none. */
  readonly precedence?: Precedence | undefined
}

/** The decision of a restore into an existing class; undefined if everything is simply written. */
export function resolverFor(existing: ExistingClass | undefined, input: ResolverInput): Resolver | undefined {
  if (existing === undefined) return undefined
  const { undo, precedence, remakes = false, remade } = input
  const decide = deciderFor(input, existing)
  const projection = projectionFor(input, existing)
  return async (batch, calls) => {
    const there =
      projection === undefined
        ? new Map<string, StoredObject>()
        : await findExisting(batch, calls, projection)
    const decided = applyPrecedence(decide(batch, there), there, precedence, existing.traces)
    const finished = alreadyRemade(decided.due, there, existing.traces, remade)
    if (undo !== undefined) {
      // What an interrupted run removed is absent, and was saved before.
      const isGone = ({ object, expected }: SplitObject) =>
        remakes && !there.has(object.id) && undo.knows?.(expected) === true
      const entries = decided.due
        .filter((one) => !isGone(one) && !finished.has(one))
        .map((one) => entryOf(one, there.get(one.object.id), existing))
      failpoint('restore.before-undo')
      await undo.keep(entries)
      failpoint('restore.undo-kept')
    }
    if (precedence !== undefined)
      return guarded(decided, there, calls, { precedence, isSaved: undo !== undefined })
    if (!remakes) return decided
    const tenant = batch[0]?.object.tenant
    const removedBefore = async (ids: readonly string[]) => (await undo?.saved?.(ids, tenant)) ?? new Map()
    const sent = await remaking(decided.due, there, finished, calls, remade)
    return { ...decided, ...sent, removedBefore }
  }
}

/** How the due objects of a batch are sent while others may write to the class. */
async function guarded(
  decided: Resolution,
  there: ReadonlyMap<string, StoredObject>,
  calls: ObjectCalls,
  { precedence, isSaved }: { readonly precedence: Precedence; readonly isSaved: boolean },
): Promise<Resolution> {
  const looksAgain = isSaved && precedence.isCareful === true
  const targets = decided.due.map(({ object: { id, tenant } }) => ({
    id,
    ...(tenant !== undefined && { tenant }),
  }))
  const unchangedIds =
    looksAgain && new Set((await unchangedSince(targets, there, calls, precedence)).map(({ id }) => id))
  const [due, skipped] = parted(
    decided.due,
    ({ object }) => unchangedIds === false || unchangedIds.has(object.id),
  )
  const objects = due.map(({ object }) => object)
  const send = async (sending: RetryingCollection) => {
    if (precedence.isCareful !== true) return sending.write(objects)
    return tryOnce(precedence, () => sending.unrepeated().write(objects))
  }
  return {
    ...decided,
    due,
    skipped: [...decided.skipped, ...skipped],
    send: async (sending) => {
      const refused = await send(sending)
      if (refused !== undefined) precedence.written?.(objects.filter(({ id }) => !refused.has(id)))
      return refused
    },
  }
}

function findExisting(batch: readonly SplitObject[], calls: ObjectCalls, projection: Projection) {
  const tenant = batch[0]?.object.tenant
  return calls.find(
    batch.map(({ object }) => object.id),
    projection,
    tenant,
  )
}

/** The fields needed from existing objects. */
function projectionFor(
  { undo, options, remakes = false }: ResolverInput,
  { strategy, traces }: ExistingClass,
): Projection | undefined {
  const isCompared = strategy === 'merge' || isOnlyChanged(strategy, options)
  const isWhole = remakes || isCompared || (undo !== undefined && (strategy !== 'skip' || undo.continues))
  if (!isWhole) return strategy === 'skip' ? ID_ONLY : undefined
  return { properties: 'all', vectors: true, references: traces.refers, times: true }
}

type Decide = (batch: readonly SplitObject[], there: ReadonlyMap<string, StoredObject>) => Resolution

/** True if objects that are already right are not sent. */
export function isOnlyChanged(
  strategy: Strategy,
  {
    onlyChanged,
    revectorize = false,
  }: Pick<RestoreOptions, 'onlyChanged'> & Partial<Pick<RestoreOptions, 'revectorize'>>,
): boolean {
  // Without their vectors, all objects must be sent.
  return strategy === 'replace' ? !revectorize : strategy === 'overwrite' && onlyChanged
}

function deciderFor({ undo, options }: ResolverInput, existing: ExistingClass): Decide {
  const { strategy } = existing
  // What an interrupted run wrote is its own work: it is written and counted again.
  const own: Own = (one) => one && undo?.own(one)
  if (strategy === 'skip') return skipping(own)
  if (strategy === 'merge') return merger(existing, options, own)
  if (!isOnlyChanged(strategy, options)) return (batch) => ({ due: batch, unchanged: [], skipped: [] })
  return (batch, there) => {
    const [unchanged, due] = parted(batch, (one) => {
      const stored = there.get(one.object.id)
      return stored !== undefined && own(stored) === undefined && isSame(existing, stored, one)
    })
    return { due, unchanged, skipped: [] }
  }
}

/** What this run had made of an object before it was interrupted; undefined if the object is not its own. */
type Own = (found: StoredObject | undefined) => Trace | undefined

function skipping(own: Own): Decide {
  return (batch, there) => {
    const [skipped, due] = parted(
      batch,
      ({ object }) => there.has(object.id) && own(there.get(object.id)) === undefined,
    )
    return { due, unchanged: [], skipped }
  }
}

function merger(existing: ExistingClass, { prefer, vectors }: ResolverInput['options'], own: Own): Decide {
  const { schema } = existing
  const chosen = vectors === 'keep' ? 'archive' : vectors
  const merge = mergeFor({ prefer, ...(chosen !== undefined && { vectors: chosen }), schema })
  const split = splitReferences({ from: schema, name: schema.class, leftOut: new Set() })
  return (batch, there) => {
    const [unchanged, due]: [SplitObject[], SplitObject[]] = [[], []]
    for (const item of batch) {
      const stored = there.get(item.object.id)
      const wrote = own(stored)
      // An object that was merged before, but is not linked yet, lacks references of the target: do not merge it again.
      const object = wrote === undefined ? stored && merge(item.expected, stored) : withLinks(stored!, wrote)
      const merged = object === undefined ? item : { ...split(object), source: item.source }
      const isUnchanged = stored !== undefined && wrote === undefined && isSame(existing, stored, merged)
      ;(isUnchanged ? unchanged : due).push(merged)
    }
    return { due, unchanged, skipped: [] }
  }
}

function withLinks(object: StoredObject, { links = {} }: Trace): StoredObject {
  const references = Object.entries(links).map(([name, all]) => [name, all.map((beacon) => ({ beacon }))])
  return { ...object, properties: { ...object.properties, ...Object.fromEntries(references) } }
}

function isSame({ traces }: ExistingClass, found: StoredObject, { expected }: SplitObject): boolean {
  return traces.matches(found, traces.of(expected))
}

function parted<T>(all: readonly T[], isFirst: (one: T) => boolean): [first: T[], second: T[]] {
  const [first, second]: [T[], T[]] = [[], []]
  for (const one of all) (isFirst(one) ? first : second).push(one)
  return [first, second]
}

/** The decision of the strategy, except for what stays as it is. */
function applyPrecedence(
  decided: Resolution,
  there: ReadonlyMap<string, StoredObject>,
  precedence: Precedence | undefined,
  traces: Traces,
): Resolution {
  if (precedence === undefined) return decided
  const stays = (one: SplitObject) => precedence.ofTarget(one, there.get(one.object.id), traces)
  const [skipped, due]: [SplitObject[], SplitObject[]] = [[...decided.skipped], []]
  for (const one of decided.unchanged) precedence.seen?.(one)
  for (const one of decided.due) (stays(one) ? skipped : due).push(one)
  return { ...decided, due, skipped }
}

function entryOf(
  { expected }: SplitObject,
  before: StoredObject | undefined,
  { traces }: ExistingClass,
): UndoEntry {
  const { id, tenant } = expected
  const wrote: Trace = traces.of(expected)
  return { id, ...(tenant !== undefined && { tenant }), ...(before !== undefined && { before }), wrote }
}
