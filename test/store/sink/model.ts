import fc from 'fast-check'
import type { Entry } from '../../../lib/core/entry.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import type { Operation } from '../../../lib/core/operation.ts'

/** A change in its simplest form: few ids, and a value in place of content. */
export type Change =
  | { op: 'put'; id: number; value: number }
  | { op: 'delete'; id: number }
  | { op: 'move'; from: number; to: number; value?: number }
  | { op: 'patch'; id: number; note: number }

export interface Value {
  value: number
  note: number
}

const IDS = 5

/** Few values, so that equal states come up and "unchanged" is met as well. */
export const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: fc.constant('put' as const), id: small(IDS), value: small(6) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('delete' as const), id: small(IDS) }) },
  {
    weight: 3,
    arbitrary: fc
      .record(
        { op: fc.constant('move' as const), from: small(IDS), to: small(IDS), value: small(6) },
        { requiredKeys: ['op', 'from', 'to'] },
      )
      .filter(({ from, to }) => from !== to),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('patch' as const), id: small(IDS), note: small(4) }) },
)

function small(below: number): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: below - 1 })
}

/** The state that applying the changes one after another gives. */
export function expected(
  changes: readonly Change[],
  start: ReadonlyMap<number, Value> = new Map(),
): Map<number, Value> {
  const state = new Map(start)
  for (const one of changes) applyOne(state, one)
  return state
}

function applyOne(state: Map<number, Value>, one: Change): void {
  if (one.op === 'put') state.set(one.id, { value: one.value, note: 0 })
  if (one.op === 'delete') state.delete(one.id)
  if (one.op === 'patch') {
    const stored = state.get(one.id)
    if (stored) state.set(one.id, { ...stored, note: one.note })
  }
  if (one.op === 'move') {
    const source = state.get(one.from)
    if (source === undefined && one.value === undefined) return
    const target = state.get(one.to)
    const repeated = source === undefined && target?.value === one.value
    if (!repeated) state.set(one.to, { value: one.value ?? source!.value, note: source?.note ?? 0 })
    state.delete(one.from)
  }
}

/** A change as an entry on line `line`, each line ten bytes long. */
export function entry(one: Change, line: number): Entry {
  return { line, end: line * 10, text: JSON.stringify(one), operation: operation(one) }
}

function operation(one: Change): Operation {
  switch (one.op) {
    case 'put':
      return { kind: 'put', id: uuid(one.id), object: object(one.id, { value: one.value, note: 0 }) }
    case 'delete':
      return { kind: 'delete', ids: [uuid(one.id)] }
    case 'patch':
      return {
        kind: 'patch',
        id: uuid(one.id),
        revise: (stored) => object(one.id, { ...stateOf(stored), note: one.note }),
      }
    case 'move':
      return {
        kind: 'move',
        from: uuid(one.from),
        to: uuid(one.to),
        carry: (source, target) => carried(one.to, one.value, source, target),
      }
  }
}

function carried(
  to: number,
  value: number | undefined,
  source: StoredObject | undefined,
  target: StoredObject | undefined,
): StoredObject | undefined {
  if (source === undefined && value === undefined) return undefined
  if (source === undefined && target !== undefined && stateOf(target).value === value) return target
  return object(to, { value: value ?? stateOf(source!).value, note: source ? stateOf(source).note : 0 })
}

export function object(id: number, { value, note }: Value): StoredObject {
  return { id: uuid(id), properties: { value, note, record_hash: `${value}/${note}` } }
}

export function stateOf({ properties }: StoredObject): Value {
  return { value: properties.value as number, note: properties.note as number }
}

export function uuid(id: number): string {
  return `00000000-0000-4000-8000-00000000000${id}`
}

export const SCHEMA = {
  class: 'Model',
  properties: [
    { name: 'value', dataType: ['int'] },
    { name: 'note', dataType: ['int'] },
    { name: 'record_hash', dataType: ['text'] },
  ],
}
