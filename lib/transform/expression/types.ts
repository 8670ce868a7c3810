import type { ElysiaError } from '../../core/errors.ts'
import type { Json, StoredObject } from '../../core/object.ts'
import type { Column } from '../filter/column.ts'
import type { Expression, Literal, Path } from '../filter/expression.ts'
import { type Instant, rfc3339 } from '../filter/instant.ts'
import { literalValue, type ValueType } from '../filter/value.ts'

/** Reads a value of an object; undefined means null. @throws ValueFault if it cannot be computed for this object */
export type ValueRead = (object: StoredObject) => Json | undefined

/** A single or list value whose type is known. */
export interface TypedValue {
  /** `null` only for NULL, which fits every type. */
  readonly type: ValueType | 'null'
  readonly list: boolean
  readonly read: ValueRead
  /** The columns that it is computed from. */
  readonly inputs: readonly Column[]
  /** The literal, if the value is one. */
  readonly literal?: Literal
  readonly at: number
}

/** What an expression can refer to. */
export interface Scope {
  /** @throws ElysiaError if there is no such column */
  column(path: Path): Column
  predicate(term: Expression): {
    readonly holds: (object: StoredObject) => boolean | null
    readonly inputs: readonly Column[]
  }
  fault(fact: string, at: number): ElysiaError
}

/** The columns that the values are computed from. */
export function inputsOf(values: readonly TypedValue[]): Column[] {
  return values.flatMap(({ inputs }) => inputs)
}

/** The common type of values that have one. */
export function typeOf(values: readonly TypedValue[]): TypedValue['type'] {
  return values.find(({ type }) => type !== 'null')?.type ?? 'null'
}

/**
 * Converts values to one type: an int becomes a number beside a number, and a literal text becomes a date or a UUID.
 */
export function unifyTypes(values: readonly TypedValue[], scope: Scope): TypedValue[] {
  const nonNull = values.filter(({ type }) => type !== 'null')
  const types = new Set(nonNull.map(({ type }) => type))
  const target = types.has('number') && types.size === 2 && types.has('int') ? 'number' : commonOf(nonNull)
  return values.map((value) => {
    if (value.type === 'null' || (value.type === target && value.list === nonNull[0]!.list)) return value
    const made = asType(value, target)
    if (made !== undefined && value.list === nonNull[0]!.list) return made
    const [first] = nonNull
    throw scope.fault(`this is ${typeText(value)}, and the value before it ${typeText(first!)}`, value.at)
  })
}

/** The type of the first value that is not a literal text, since such a text may have several types. */
function commonOf(known: readonly TypedValue[]): TypedValue['type'] {
  return (known.find(({ literal: one }) => one?.kind !== 'text') ?? known[0])?.type ?? 'null'
}

function asType(value: TypedValue, target: TypedValue['type']): TypedValue | undefined {
  if (value.type === 'int' && target === 'number') {
    const { read } = value
    return { ...value, type: target, read: (object) => doubleOf(read(object)) }
  }
  if (value.literal?.kind !== 'text' || (target !== 'date' && target !== 'uuid')) return undefined
  const literal = literalValue(value.literal, target)
  if (literal === undefined) return undefined
  const text = literal.type === 'date' ? rfc3339(literal.value as Instant) : (literal.value as string)
  return { ...value, type: target, read: () => text }
}

function doubleOf(value: Json | undefined): Json | undefined {
  return typeof value === 'bigint' ? Number(value) : value
}

/** A type, with its article. */
export function typeText({ type, list }: TypedValue): string {
  if (type === 'null') return 'NULL'
  const one = `${type}${list ? '[]' : ''}`
  return type === 'int' ? `an ${one}` : `a ${one}`
}
