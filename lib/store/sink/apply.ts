import type { Entry } from '../../core/entry.ts'
import { HASH_PROPERTY, type StoredObject } from '../../core/object.ts'
import type { Move } from '../../core/operation.ts'
import type { Outcome, OutcomeName } from '../../core/outcome.ts'
import { type Evaluation, evaluate, resultsOf, type StoredBefore } from './evaluate.ts'
import type { RemovalOutcome, RetryingCollection } from './retryingCollection.ts'
import type { ShapeRefusal, StorageShape } from './shape.ts'
import { operationOf, type WriteGroup } from './writeGroup.ts'

/** Settings for applying groups. */
export interface ApplySettings {
  readonly calls: RetryingCollection
  /** True to skip objects whose record hash the store already has. */
  readonly skipUnchanged: boolean
  /** How records' objects are changed before storing. */
  readonly shape: StorageShape
  readonly signal: AbortSignal
}

type Tenants = Map<string, string | undefined>

/**
 * Brings the store to the state that a group's records describe; returns the outcome of each, in order.
 * Objects are written before anything is removed, and the source of a move is removed only once the object is
 * at its target: cut short anywhere, the group may be repeated.
 */
export async function applyGroup(group: WriteGroup, applying: ApplySettings): Promise<Outcome[]> {
  const { calls, skipUnchanged, shape } = applying
  const there = await calls.objects(pick(group, (id) => group.reads.has(id)))
  const hashes = skipUnchanged ? await knownHashes(group, there, calls) : undefined
  const writes = await writeAll(group, sourcesOf(there, shape), hashes, applying)
  const removed = await calls.remove(absences(group, writes.evaluation))
  return group.items.map((item, index) => {
    const verdict = refusedRemoval(writes.evaluation, removed, index) ?? writes.evaluation.verdicts[index]
    return verdict === undefined
      ? { item, name: acknowledged(item as Entry, writes, removed) }
      : { item, ...verdict }
  })
}

function sourcesOf(there: ReadonlyMap<string, StoredObject>, shape: StorageShape): StoredBefore {
  const objects = new Map<string, StoredObject>()
  const opaque = new Set<string>()
  const hashes = new Map<string, unknown>()
  for (const [id, object] of there) {
    hashes.set(id, object.properties[HASH_PROPERTY])
    const source = shape.source(object)
    if (source === undefined) opaque.add(id)
    else objects.set(id, source)
  }
  return { objects, opaque, hashes }
}

interface Writes {
  readonly evaluation: Evaluation
  /** By id, as records describe them. */
  readonly written: ReadonlyMap<string, StoredObject>
}

/**
 * Writes the last state of each id. If the store refuses an object, its record is out, and what an earlier record made
 * of the id is written instead: the outcome is as if they were applied one by one.
 */
async function writeAll(
  group: WriteGroup,
  stored: StoredBefore,
  hashes: ReadonlyMap<string, unknown> | undefined,
  { calls, shape, signal }: ApplySettings,
): Promise<Writes> {
  const refused = new Map<number, ShapeRefusal>()
  const leftOut = new Set<number>()
  const written = new Map<string, StoredObject>()
  for (;;) {
    const evaluation = evaluate(group.items, stored, { refused, leftOut })
    const due = dueObjects(group, stored, evaluation, hashes, shape).filter(
      (object) => written.get(object.id) !== object,
    )
    if (due.length === 0) return { evaluation, written }
    const shaped = await shape.stored(due, signal)
    const refusals = shaped.objects.size === 0 ? NONE : await calls.write([...shaped.objects.values()])
    for (const object of due) {
      const { owner } = evaluation.states.get(object.id)!
      const refusal = shaped.refused.get(object.id) ?? refusedBy(refusals.get(object.id))
      if (refusal !== undefined) refused.set(owner, refusal)
      else if (shaped.leftOut.has(object.id)) leftOut.add(owner)
      else written.set(object.id, object)
    }
    if (refusals.size + shaped.refused.size + shaped.leftOut.size === 0) return { evaluation, written }
  }
}

const NONE: ReadonlyMap<string, string> = new Map()

function refusedBy(reason: string | undefined): ShapeRefusal | undefined {
  return reason === undefined ? undefined : { code: 'store_rejected', reason }
}

/** The objects to send: all except those that the store already holds. */
function dueObjects(
  group: WriteGroup,
  stored: StoredBefore,
  evaluation: Evaluation,
  hashes: ReadonlyMap<string, unknown> | undefined,
  shape: StorageShape,
): StoredObject[] {
  const due: StoredObject[] = []
  for (const [id, { object, owner }] of evaluation.states) {
    if (object === undefined) continue
    const operation = operationOf(group.items[owner]!)!
    const storedHash = operation.kind === 'move' ? heldOfMove(operation, stored) : hashes?.get(id)
    const hash = shape.hashOf(object)
    if (hash === undefined || storedHash !== hash) due.push(object)
  }
  return due
}

/**
 * The record hash that the store holds for a move; undefined if it counts for nothing. A moving object is always sent:
 * it brings vectors that its hash does not cover. If nothing is at the source, the move was made before, or is a put.
 */
function heldOfMove({ from, to }: Move, { objects, hashes }: StoredBefore): unknown {
  return objects.has(from) ? undefined : hashes.get(to)
}

async function knownHashes(
  group: WriteGroup,
  there: ReadonlyMap<string, StoredObject>,
  calls: RetryingCollection,
): Promise<Map<string, unknown>> {
  const hashes = await calls.hashes(pick(group, (id) => !group.reads.has(id)))
  for (const [id, object] of there) hashes.set(id, object.properties[HASH_PROPERTY])
  return hashes
}

function absences(group: WriteGroup, { states }: Evaluation): Tenants {
  return pick(group, (id) => states.has(id) && states.get(id)!.object === undefined)
}

function pick(group: WriteGroup, wanted: (id: string) => boolean): Tenants {
  const ids: Tenants = new Map()
  for (const [id, tenant] of group.touched) if (wanted(id)) ids.set(id, tenant)
  return ids
}

function refusedRemoval({ states }: Evaluation, { refused }: RemovalOutcome, index: number) {
  if (refused.size === 0) return undefined
  for (const [id, reason] of refused) {
    if (states.get(id)?.owner === index) return { name: 'rejected', cause: 'store_rejected', reason } as const
  }
  return undefined
}

/** The outcome of a record whose last write the store has answered. */
function acknowledged(entry: Entry, { written }: Writes, { existed }: RemovalOutcome): OutcomeName {
  const operation = entry.operation!
  const ids = resultsOf(operation)
  if (operation.kind === 'delete') return ids.some((id) => existed.has(id)) ? 'deleted' : 'unchanged'
  return ids.some((id) => written.has(id)) ? 'written' : 'unchanged'
}
