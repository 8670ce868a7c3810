import type { Json, StoredObject } from '../../core/object.ts'
import { canonicalUuid } from '../../core/value/uuid.ts'
import type { CheckedFilter } from './checkedFilter.ts'
import type { Column } from './column.ts'
import type { ContainsMode, Operator } from './expression.ts'
import { exactText, likeMatcher } from './like.ts'
import { type Order, orderBetween, orderTo } from './order.ts'
import type { FilterValue, ValueType } from './value.ts'

/** The SQL result of a condition for an object: true, false, or null if unknown. Only true selects. */
export type Predicate = (object: StoredObject) => boolean | null

/** Compiles a condition once, so that no object costs a look-up of properties or types. */
export function predicateOf(filter: CheckedFilter): Predicate {
  switch (filter.kind) {
    case 'and':
      return allOf(filter.terms.map(predicateOf))
    case 'or':
      return anyOf(filter.terms.map(predicateOf))
    case 'not':
      return negationOf(predicateOf(filter.term))
    case 'compare':
      return comparison(filter.operator, filter.column, filter.with)
    case 'in':
      return membership(filter.column, filter.values)
    case 'like':
      return likeness(filter)
    case 'null': {
      const { read } = filter.column
      return (object) => isNull(read(object))
    }
    case 'contains':
      return containment(filter.mode, filter.column, filter.values)
  }
}

function allOf(terms: readonly Predicate[]): Predicate {
  return (object) => {
    let result: boolean | null = true
    for (let at = 0; at < terms.length; at++) {
      const one = terms[at]!(object)
      if (one === false) return false
      if (one === null) result = null
    }
    return result
  }
}

function anyOf(terms: readonly Predicate[]): Predicate {
  return (object) => {
    let result: boolean | null = false
    for (let at = 0; at < terms.length; at++) {
      const one = terms[at]!(object)
      if (one === true) return true
      if (one === null) result = null
    }
    return result
  }
}

function negationOf(term: Predicate): Predicate {
  return (object) => {
    const result = term(object)
    return result === null ? null : !result
  }
}

const HOLDS: Readonly<Record<Operator, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}

function comparison(operator: Operator, { read, type }: Column, other: FilterValue | Column): Predicate {
  const holds = HOLDS[operator]
  if ('read' in other) {
    const readOther = other.read
    const common = (type === 'int' ? 'number' : type) as ValueType
    return (object) => unlessNull(orderBetween(common, read(object), readOther(object)), holds)
  }
  if (other.type === 'text' && (operator === '=' || operator === '!=')) {
    const isEqual = operator === '='
    const { value } = other
    return (object) => {
      const stored = read(object)
      return typeof stored === 'string' ? (stored === value) === isEqual : null
    }
  }
  const order = orderTo(other)
  return (object) => unlessNull(order(read(object)), holds)
}

function unlessNull(order: number | undefined, holds: (order: number) => boolean): boolean | null {
  return order === undefined ? null : holds(order)
}

/** More values than this are looked up, since a list may hold thousands. */
const FEW = 8

function membership({ read }: Column, values: readonly FilterValue[]): Predicate {
  const find = finder(values)
  return (object) => find(read(object))
}

/** Tests whether a stored value is among the values; null if it is null, or has another type. */
function finder(values: readonly FilterValue[]): (stored: Json | undefined) => boolean | null {
  const [first] = values
  if (first?.type === 'text' || first?.type === 'uuid') {
    const all = new Set(values.map(({ value }) => value as string))
    const spelled = first.type === 'uuid' ? canonicalUuid : (text: string) => text
    return (stored) => (typeof stored === 'string' ? all.has(spelled(stored)) : null)
  }
  const sorted = sortedOrders(values)
  if (sorted.length <= FEW) return (stored) => among(stored, sorted)
  return (stored) => foundIn(stored, sorted)
}

function among(stored: Json | undefined, orders: readonly Order[]): boolean | null {
  for (let at = 0; at < orders.length; at++) {
    const order = orders[at]!(stored)
    if (order === undefined) return null
    if (order === 0) return true
  }
  return false
}

/** Binary search. */
function foundIn(stored: Json | undefined, orders: readonly Order[]): boolean | null {
  let [low, high] = [0, orders.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const order = orders[middle]!(stored)
    if (order === undefined) return null
    if (order === 0) return true
    if (order < 0) high = middle
    else low = middle + 1
  }
  return false
}

function sortedOrders(values: readonly FilterValue[]): Order[] {
  const all = [...values].sort((a, b) => between(a, b))
  return all.map(orderTo)
}

function between(a: FilterValue, b: FilterValue): number {
  if (a.type === 'date' && b.type === 'date') return a.value.ms - b.value.ms || a.value.nanos - b.value.nanos
  return a.value < b.value ? -1 : a.value > b.value ? 1 : 0
}

function likeness({ column: { read, type }, pattern }: Extract<CheckedFilter, { kind: 'like' }>): Predicate {
  const exact = type === 'text' ? exactText(pattern) : undefined
  const matches = exact === undefined ? likeMatcher(pattern) : (text: string) => text === exact
  return (object) => {
    const stored = read(object)
    return typeof stored === 'string' ? matches(stored) : null
  }
}

function isNull(stored: Json | undefined): boolean {
  return stored === undefined || stored === null
}

/** A list holds no nulls; an item of another type equals nothing. */
function containment(mode: ContainsMode, { read }: Column, values: readonly FilterValue[]): Predicate {
  if (mode === 'any') {
    const find = finder(values)
    return (object) => {
      const stored = read(object)
      return Array.isArray(stored) ? stored.some((one) => find(one) === true) : null
    }
  }
  const orders = values.map(orderTo)
  return (object) => {
    const stored = read(object)
    return Array.isArray(stored) ? orders.every((order) => stored.some((one) => order(one) === 0)) : null
  }
}
