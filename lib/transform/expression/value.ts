import type { Json } from '../../core/object.ts'
import type { Column } from '../filter/column.ts'
import {
  type CaseBranch,
  type Computed,
  type Expression,
  isLiteral,
  isOperand,
  type Literal,
  type Operand,
  type Path,
} from '../filter/expression.ts'
import { rfc3339 } from '../filter/instant.ts'
import { literalValue, type ValueType } from '../filter/value.ts'
import { arithmetic, negated } from './arithmetic.ts'
import { FUNCTIONS, type Parameter } from './functions.ts'
import { asText } from './text.ts'
import {
  inputsOf,
  type Scope,
  type TypedValue,
  typeOf,
  typeText,
  unifyTypes,
  type ValueRead,
} from './types.ts'

/** Checks a value, and prepares it for reading. @throws ElysiaError ELYSIA_USAGE if its types do not fit together */
export function typedValue(operand: Operand, scope: Scope): TypedValue {
  if (isLiteral(operand)) return literal(operand, scope)
  if (operand.kind === 'path') return property(operand, scope)
  return computed(operand, scope)
}

/** A typed value as a column, for use in a condition. */
export function valueColumn({ type, list, read, inputs }: TypedValue, name: string): Column {
  const scalar = type === 'null' ? 'none' : type
  return { name, type: scalar, list, dataType: `${type}${list ? '[]' : ''}`, read, inputs }
}

function computed(operand: Computed, scope: Scope): TypedValue {
  const { at } = operand
  switch (operand.kind) {
    case 'condition': {
      const { holds, inputs } = scope.predicate(operand.term)
      return { type: 'boolean', list: false, read: (object) => holds(object) ?? undefined, inputs, at }
    }
    case 'negative': {
      const value = numeric(typedValue(operand.operand, scope), '-', scope)
      return { ...value, read: negated(value.read, value.type === 'int'), at }
    }
    case 'binary':
      return operand.operator === '||' ? concatenation(operand, scope) : calculation(operand, scope)
    case 'case':
      return choice(operand, scope)
    case 'call':
      return call(operand, scope)
  }
}

function literal(given: Literal, scope: Scope): TypedValue {
  const { kind, text, at } = given
  const isWhole = /^[+-]?\d+$/.test(text)
  const type = kind === 'number' ? (isWhole ? 'int' : 'number') : kind
  if (type === 'null') return { type, list: false, read: () => undefined, inputs: [], literal: given, at }
  const found = literalValue(given, type)
  if (found === undefined) throw scope.fault(`${text} is not a number that can be kept`, at)
  const value = found.value as Json
  return { type, list: false, read: () => value, inputs: [], literal: given, at }
}

/** A stored value whose type differs from the class counts as null. */
function property(path: Path, scope: Scope): TypedValue {
  const column = scope.column(path)
  const { type, list, read, own, dataType, name } = column
  if (type === 'none') throw scope.fault(`${name} is of type ${dataType}, which no expression takes`, path.at)
  const isOf = IS_OF[type]
  const whole = list
    ? (value: Json | undefined) => Array.isArray(value)
    : (value: Json | undefined) => value !== undefined && isOf(value)
  const checked: ValueRead = (object) => {
    const value = read(object)
    return whole(value) ? value : undefined
  }
  const isTime = own === '_created' || own === '_updated'
  return { type, list, read: isTime ? momentOf(read) : checked, inputs: [column], at: path.at }
}

const isText = (value: Json) => typeof value === 'string'
const isNumber = (value: Json) => typeof value === 'number' || typeof value === 'bigint'

const IS_OF: Readonly<Record<ValueType, (value: Json) => boolean>> = {
  text: isText,
  date: isText,
  uuid: isText,
  int: isNumber,
  number: isNumber,
  boolean: (value) => typeof value === 'boolean',
}

/** The moment of a time of a store, which is in milliseconds. */
function momentOf(read: ValueRead): ValueRead {
  return (object) => {
    const ms = read(object)
    return typeof ms === 'number' ? rfc3339({ ms, nanos: 0 }) : undefined
  }
}

function concatenation({ left, right, at }: Computed & { kind: 'binary' }, scope: Scope): TypedValue {
  const sides = [left, right].map((side) => {
    const value = typedValue(side, scope)
    if (value.list) throw scope.fault('|| joins single values, and this is a list', value.at)
    return value
  })
  const [first, second] = sides.map(({ read }) => read) as [ValueRead, ValueRead]
  const read: ValueRead = (object) => {
    const a = first(object)
    if (a === undefined || a === null) return undefined
    const b = second(object)
    return b === undefined || b === null ? undefined : asText(a) + asText(b)
  }
  return { type: 'text', list: false, read, inputs: inputsOf(sides), at }
}

function calculation({ operator, left, right, at }: Computed & { kind: 'binary' }, scope: Scope): TypedValue {
  const sides = [left, right].map((side) => numeric(typedValue(side, scope), operator, scope))
  const isInt = operator !== '/' && sides.every(({ type }) => type !== 'number')
  const [first, second] = sides as [TypedValue, TypedValue]
  const read = arithmetic(operator as '+', first.read, second.read, isInt)
  return { type: isInt ? 'int' : 'number', list: false, read, inputs: inputsOf(sides), at }
}

function numeric(value: TypedValue, operator: string, scope: Scope): TypedValue {
  const isFit = !value.list && ['int', 'number', 'null'].includes(value.type)
  if (isFit) return value
  throw scope.fault(`${operator} takes numbers, and this is ${typeText(value)}`, value.at)
}

function choice({ subject, whens, otherwise, at }: Computed & { kind: 'case' }, scope: Scope): TypedValue {
  const branches = whens.map((branch) => scope.predicate(conditionOf(subject, branch)))
  const results = [...whens.map(({ then }) => then), ...(otherwise === null ? [] : [otherwise])]
  const values = unifyTypes(
    results.map((result) => typedValue(result, scope)),
    scope,
  )
  const reads = values.map(({ read }) => read)
  const last = otherwise === null ? undefined : reads.at(-1)
  const read: ValueRead = (object) => {
    for (let branch = 0; branch < branches.length; branch++)
      if (branches[branch]!.holds(object) === true) return reads[branch]!(object)
    return last?.(object)
  }
  const inputs = [...branches.flatMap((branch) => branch.inputs), ...inputsOf(values)]
  return { type: typeOf(values), list: values.some(({ list }) => list), read, inputs, at }
}

/** `CASE x WHEN 1 …` compares, and `CASE WHEN …` tests a condition. */
function conditionOf(subject: Operand | null, { when, at }: CaseBranch): Expression {
  if (subject !== null) {
    const right: Operand = isOperand(when) ? when : { kind: 'condition', term: when, at, source: '' }
    return { kind: 'compare', operator: '=', left: subject, right, at }
  }
  return isOperand(when) ? { kind: 'truth', operand: when, at: when.at } : when
}

function call({ name, operands, at }: Computed & { kind: 'call' }, scope: Scope): TypedValue {
  const definition = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined
  if (definition === undefined)
    throw scope.fault(`there is no function ${name}; there are ${Object.keys(FUNCTIONS).join(', ')}`, at)
  const { parameters, required, usage, rest } = definition
  if (operands.length < required || (!rest && operands.length > parameters.length))
    throw scope.fault(`${name} takes ${usage}`, at)
  const typedOperands = operands.map((operand, place) => {
    const value = typedValue(operand, scope)
    const parameter = parameters[Math.min(place, parameters.length - 1)]!
    if (fits(value, parameter)) return value
    throw scope.fault(`${name} takes ${usage}, and this is ${typeText(value)}`, value.at)
  })
  const values = definition.isUnified ? unifyTypes(typedOperands, scope) : typedOperands
  const reads = values.map(({ read }) => read)
  const type = definition.type ?? typeOf(values)
  const list = definition.isUnified === true && values.some((one) => one.list)
  const literals = values.map(({ literal: one }) => one?.text)
  const made = definition.make(reads, literals)
  if (typeof made === 'string') throw scope.fault(made, at)
  return { type, list, read: made, inputs: inputsOf(values), at }
}

function fits({ type, list, literal: given }: TypedValue, parameter: Parameter): boolean {
  if (parameter === 'any') return true
  if (parameter === 'literal') return given?.kind === 'text'
  if (type === 'null') return parameter !== 'list' || !list
  if (parameter === 'text or list') return list || type === 'text'
  return !list && (type === parameter || (parameter === 'text or int' && (type === 'text' || type === 'int')))
}
