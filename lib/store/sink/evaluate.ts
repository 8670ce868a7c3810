import type { Entry, Item } from '../../core/entry.ts'
import type { LineOf } from '../../core/line.ts'
import type { StoredObject } from '../../core/object.ts'
import type { Move, Operation, Patch } from '../../core/operation.ts'
import type { OutcomeName } from '../../core/outcome.ts'
import { Reject, type RejectCode } from '../../core/reject.ts'
import type { ShapeRefusal } from './shape.ts'
import { operationOf } from './writeGroup.ts'

/** What the store held before a group, by id, for the ids that its operations read. */
export interface StoredBefore {
  readonly objects: ReadonlyMap<string, StoredObject>
  /** Objects whose original cannot be determined. */
  readonly opaque: ReadonlySet<string>
  /** The record hashes of the stored objects. */
  readonly hashes: ReadonlyMap<string, unknown>
}

/** What became known about a group's records while it was written, by their index. */
export interface GroupFindings {
  readonly refused: ReadonlyMap<number, ShapeRefusal>
  /** Records whose objects are not stored. */
  readonly leftOut: ReadonlySet<number>
}

/** The outcome of a record, if it is known without the store's answer. */
export interface RecordVerdict {
  readonly name: OutcomeName
  readonly cause?: string | RejectCode
  readonly reason?: string
  readonly by?: LineOf
}

/** The last state of an id within a group: an object, or its absence; `owner` is the index of its record. */
export interface FinalState {
  readonly owner: number
  readonly object: StoredObject | undefined
}

/**
 * The effect of a group: the last state of each id that it changes, and the outcomes that are known in
 * advance.
 */
export interface Evaluation {
  readonly states: ReadonlyMap<string, FinalState>
  readonly verdicts: readonly (RecordVerdict | undefined)[]
}

/**
 * Applies a group's records in order to what the store held; the last state of each id wins. A refused record counts as
 * absent: an earlier record of the same id counts again. A record whose object is left out has no object. Pure.
 */
export function evaluate(
  items: readonly Item[],
  stored: StoredBefore,
  { refused, leftOut }: GroupFindings,
): Evaluation {
  const states = new Map<string, FinalState>()
  const verdicts = items.map((item, index) => {
    const refusal = refused.get(index)
    if (refusal !== undefined) {
      return { name: 'rejected', cause: refusal.code, reason: refusal.reason } as const
    }
    return item instanceof Reject ? rejected(item) : judge(item as Entry, index, stored, states)
  })
  for (const [id, { owner, object }] of states) {
    if (object === undefined || !leftOut.has(owner)) continue
    states.set(id, { owner, object: undefined })
    verdicts[owner] = { name: 'skipped', cause: 'filtered' }
  }
  items.forEach((item, index) => {
    verdicts[index] ??= superseded(operationOf(item)!, index, states, items)
  })
  return { states, verdicts }
}

/** The ids whose state the record asked for; the source of a move is a by-product. */
export function resultsOf(operation: Operation): readonly string[] {
  if (operation.kind === 'delete') return operation.ids
  return [operation.kind === 'move' ? operation.to : operation.id]
}

function judge(
  entry: Entry,
  index: number,
  stored: StoredBefore,
  states: Map<string, FinalState>,
): RecordVerdict | undefined {
  const { operation, supersededBy: by, skipped } = entry
  const verdict = operation && apply(operation, index, stored, states)
  if (by !== undefined) return { name: 'superseded', by }
  if (operation === undefined) return { name: 'control' }
  return skipped === undefined ? verdict : { name: 'skipped', cause: skipped }
}

function apply(
  operation: Operation,
  owner: number,
  stored: StoredBefore,
  states: Map<string, FinalState>,
): RecordVerdict | undefined {
  switch (operation.kind) {
    case 'put':
      states.set(operation.id, { owner, object: operation.object })
      return undefined
    case 'delete':
      for (const id of operation.ids) states.set(id, { owner, object: undefined })
      return operation.ids.length === 0 ? { name: 'unchanged' } : undefined
    case 'move':
      return move(operation, owner, stored, states)
    case 'patch':
      return patch(operation, owner, stored, states)
  }
}

function move(
  op: Move,
  owner: number,
  stored: StoredBefore,
  states: Map<string, FinalState>,
): RecordVerdict | undefined {
  const { objects, opaque } = stored
  if (opaque.has(op.from) || (!objects.has(op.from) && opaque.has(op.to))) return UNTOLD
  const object = op.carry(objects.get(op.from), objects.get(op.to))
  if (object === undefined) return withoutSource(op, stored)
  states.set(op.to, { owner, object })
  states.set(op.from, { owner, object: undefined })
  return undefined
}

/**
 * The outcome of a move without a source: if an object is at the target, the move was made before, and the record is
 * repeated.
 */
function withoutSource(op: Move, stored: StoredBefore): RecordVerdict {
  if (stored.objects.has(op.to)) return { name: 'unchanged' }
  const reason = 'nothing is stored under path or new_path, and the record brings no content'
  return { name: 'rejected', cause: 'source_missing', reason }
}

function patch(
  op: Patch,
  owner: number,
  stored: StoredBefore,
  states: Map<string, FinalState>,
): RecordVerdict | undefined {
  if (stored.opaque.has(op.id)) return UNTOLD
  const before = stored.objects.get(op.id)
  if (before === undefined) {
    return {
      name: 'rejected',
      cause: 'object_missing',
      reason: 'nothing is stored under path to be modified',
    }
  }
  states.set(op.id, { owner, object: op.revise(before) })
  return undefined
}

const UNTOLD = {
  name: 'rejected',
  cause: 'transform_failed',
  reason:
    'it changes what is stored, but transforms left too little of it: send the path again with its content',
} as const

function superseded(
  operation: Operation,
  index: number,
  states: ReadonlyMap<string, FinalState>,
  items: readonly Item[],
): RecordVerdict | undefined {
  const owners = resultsOf(operation).map((id) => states.get(id)?.owner)
  if (owners.includes(index)) return undefined
  const owner = owners.at(-1)
  return { name: 'superseded', ...(owner !== undefined && { by: { line: items[owner]!.line } }) }
}

function rejected(reject: Reject): RecordVerdict {
  return { name: 'rejected', cause: reject.code, reason: reject.reason }
}
