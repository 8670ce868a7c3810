import type { CollectionSchema } from '../../core/schema.ts'
import type { TypedValue } from '../expression/types.ts'
import { typedValue, valueColumn } from '../expression/value.ts'
import { type CheckedFilter, columnsOf } from './checkedFilter.ts'
import { type Column, columnOf, propertiesText } from './column.ts'
import {
  type Comparison,
  type Expression,
  isLiteral,
  type Literal,
  type Operand,
  type Operator,
} from './expression.ts'
import { type LikePattern, likePattern } from './like.ts'
import { filterFault } from './parse.ts'
import { predicateOf } from './predicate.ts'
import { EXPECTED, type FilterValue, literalValue, type ValueType } from './value.ts'

/** The operator for `x OP y` with its sides swapped. */
const TURNED: Readonly<Record<Operator, Operator>> = {
  '=': '=',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
}

/**
 * Checks a condition against a class: its properties exist, and its values have their types. `text` is the source of
 * the condition, for the column in an error.
 * @throws ElysiaError ELYSIA_USAGE, with the column, the type and the existing properties
 */
export function checkFilter(expression: Expression, schema: CollectionSchema, text: string): CheckedFilter {
  return new Checking(schema, text).filter(expression)
}

/**
 * Checks a value against a class: its properties exist, and the types of its parts fit together.
 * @throws ElysiaError ELYSIA_USAGE, as `checkFilter`
 */
export function checkValue(operand: Operand, schema: CollectionSchema, text: string): TypedValue {
  return new Checking(schema, text).value(operand)
}

class Checking {
  readonly #schema: CollectionSchema
  readonly #text: string

  constructor(schema: CollectionSchema, text: string) {
    this.#schema = schema
    this.#text = text
  }

  filter(expression: Expression): CheckedFilter {
    switch (expression.kind) {
      case 'and':
      case 'or':
        return { kind: expression.kind, terms: expression.terms.map((term) => this.filter(term)) }
      case 'not':
        return { kind: 'not', term: this.filter(expression.term) }
      case 'compare':
        return this.#comparison(expression)
      case 'truth':
        return this.#truth(expression.operand, expression.at)
      case 'null':
        return { kind: 'null', column: this.#column(expression.operand, 'IS NULL') }
      case 'in': {
        const column = this.#scalar(expression.operand, 'IN')
        return { kind: 'in', column, values: this.#values(expression.values, column, 'IN', expression.at) }
      }
      case 'between': {
        const { operand, low, high, at } = expression
        this.#scalar(operand, 'BETWEEN')
        const bounds = [
          { operator: '>=', right: low },
          { operator: '<=', right: high },
        ] as const
        const terms = bounds.map((one) => this.#comparison({ kind: 'compare', left: operand, ...one, at }))
        return { kind: 'and', terms }
      }
      case 'like': {
        const column = this.#scalar(expression.operand, 'LIKE')
        if (column.type !== 'text' && column.type !== 'uuid') {
          throw this.#fault(`${column.name} is ${typeText(column)}, and LIKE is for texts`, expression.at)
        }
        return { kind: 'like', column, pattern: this.#pattern(expression.pattern, expression.escape) }
      }
      case 'contains': {
        const column = this.#column(expression.operand, 'CONTAINS')
        if (!column.list || column.type === 'none') {
          const hint = column.list ? '' : '; write IN for one value'
          throw this.#fault(
            `${column.name} is ${typeText(column)}, and CONTAINS is for lists${hint}`,
            expression.at,
          )
        }
        const values = this.#values(expression.values, column, 'CONTAINS', expression.at)
        return { kind: 'contains', column, mode: expression.mode, values }
      }
    }
  }

  value(operand: Operand): TypedValue {
    return typedValue(operand, {
      column: (path) => columnOf(path, this.#schema, this.#text),
      predicate: (term) => {
        const checked = this.filter(term)
        return { holds: predicateOf(checked), inputs: columnsOf(checked) }
      },
      fault: (fact, at) => this.#fault(fact, at),
    })
  }

  #comparison({ operator, left, right, at }: Comparison): CheckedFilter {
    if (!isLiteral(left) && !isLiteral(right)) return this.#columns(operator, left, right, at)
    if (isLiteral(left) && isLiteral(right)) throw this.#fault('no property is compared here', at)
    if (isLiteral(left))
      return this.#comparison({ kind: 'compare', operator: TURNED[operator], left: right, right: left, at })
    const column = this.#scalar(left, operator)
    const value = this.#value(right as Literal, column)
    return { kind: 'compare', operator: this.#ordered(operator, column, at), column, with: value }
  }

  #columns(operator: Operator, left: Operand, right: Operand, at: number): CheckedFilter {
    const column = this.#scalar(left, operator)
    const other = this.#scalar(right, operator)
    const isNumeric = (type: string) => type === 'int' || type === 'number'
    const fits = column.type === other.type || (isNumeric(column.type) && isNumeric(other.type))
    if (fits) return { kind: 'compare', operator: this.#ordered(operator, column, at), column, with: other }
    throw this.#fault(`${column.name} is ${typeText(column)}, and ${other.name} ${typeText(other)}`, at)
  }

  #truth(operand: Operand, at: number): CheckedFilter {
    const isConstant = isLiteral(operand) && operand.kind === 'boolean'
    const column = isConstant
      ? valueColumn(this.value(operand), operand.text)
      : this.#column(operand, 'a condition')
    if (column.type === 'boolean' && !column.list) {
      return { kind: 'compare', operator: '=', column, with: { type: 'boolean', value: true } }
    }
    throw this.#fault(`${column.name} is ${typeText(column)}: compare it with something`, at)
  }

  #ordered(operator: Operator, column: Column, at: number): Operator {
    if (column.type !== 'boolean' || operator === '=' || operator === '!=') return operator
    throw this.#fault(`${column.name} is a boolean, and has no order`, at)
  }

  /** A column of single values that can be compared. */
  #scalar(operand: Operand, operator: string): Column {
    const column = this.#column(operand, operator)
    if (column.list && column.type !== 'none') {
      throw this.#fault(
        `${column.name} is a list (${column.dataType}): write CONTAINS ANY (…) or CONTAINS ALL (…)`,
        operand.at,
      )
    }
    if (column.type !== 'none') return column
    throw this.#fault(
      `${column.name} is ${typeText(column)}: it can only be IS NULL or IS NOT NULL`,
      operand.at,
    )
  }

  #column(operand: Operand, operator: string): Column {
    if (operand.kind === 'path') return columnOf(operand, this.#schema, this.#text)
    if (!isLiteral(operand)) return valueColumn(this.value(operand), operand.source)
    throw this.#fault(`a property stands before ${operator}, not ${literalText(operand)}`, operand.at)
  }

  #values(literals: readonly Literal[], column: Column, operator: string, at: number): FilterValue[] {
    if (literals.length === 0) throw this.#fault(`${operator} () names no value`, at)
    return literals.map((literal) => this.#value(literal, column))
  }

  #value(literal: Literal, column: Column): FilterValue {
    if (literal.kind === 'null') {
      throw this.#fault(
        'nothing is ever equal to NULL, or above or below it: write IS NULL or IS NOT NULL',
        literal.at,
      )
    }
    const type = column.type as ValueType
    const value = literalValue(literal, type)
    if (value !== undefined) return value
    throw this.#fault(
      `${column.name} is ${typeText(column)}, and ${literalText(literal)} is not ${EXPECTED[type]}`,
      literal.at,
    )
  }

  #pattern(pattern: Literal, escaping: Literal | null): LikePattern {
    if (escaping !== null && [...escaping.text].length !== 1) {
      throw this.#fault('ESCAPE takes one character', escaping.at)
    }
    const parsed = likePattern(pattern.text, escaping?.text)
    if (parsed !== undefined) return parsed
    throw this.#fault(
      `${escaping?.text} stands before something else than %, _ or ${escaping?.text}`,
      pattern.at,
    )
  }

  #fault(fact: string, at: number) {
    return filterFault(fact, propertiesText(this.#schema), { text: this.#text, at })
  }
}

const LITERAL_SHOWN = 40

function literalText({ kind, text }: Literal): string {
  const shown = text.length > LITERAL_SHOWN ? `${text.slice(0, LITERAL_SHOWN)}…` : text
  if (kind === 'text') return `'${shown}'`
  return kind === 'boolean' ? text.toUpperCase() : shown
}

function typeText({ dataType }: Column): string {
  if (/^[A-Z]/.test(dataType)) return `a reference to ${dataType}`
  return /^(int|object)/.test(dataType) ? `an ${dataType}` : `a ${dataType}`
}
