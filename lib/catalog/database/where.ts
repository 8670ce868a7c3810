import { ElysiaError } from '../../core/errors.ts'
import { momentOf } from '../../core/moment.ts'
import { isUnitless, parseUnit } from '../../core/units.ts'
import { type Field, type FieldKind, fieldNamed } from './fields.ts'

/** An SQL condition on one of our columns; a person's input is only ever in `values`. */
export interface Condition {
  readonly sql: string
  readonly values: readonly (string | number)[]
}

const EXPRESSION = /^\s*([a-z_]+)\s*(!=|<=|>=|=|<|>)\s*(.*?)\s*$/

/**
 * `objects>1000`, `bytes<1GiB`, `format=parquet`, `collection=Art*`, `tag!=nightly`, `age>30d`, `pinned=true`: one
 * field, one comparison, one value. Texts, tags and flags allow only = and !=, texts with * and ?.
 * @throws ElysiaError ELYSIA_USAGE for anything else
 */
export function conditionOf(text: string, now: number): Condition {
  const what = `--where ${text}`
  const [, name = '', operator = '', value = ''] = EXPRESSION.exec(text) ?? []
  if (name === '' || value === '') {
    throw wrong(what, 'it takes a field, one of = != < <= > >=, and a value: objects>1000')
  }
  const field = fieldNamed(name, what)
  return CONDITIONS[field.kind](field, operator, value, what, now)
}

type Make = (field: Field, operator: string, value: string, what: string, now: number) => Condition

const CONDITIONS: Readonly<Record<FieldKind, Make>> = {
  number({ column }, operator, value, what) {
    if (!/^\d{1,15}$/.test(value)) throw wrong(what, 'it takes a whole number')
    return { sql: `${column} ${operator} ?`, values: [Number(value)] }
  },
  size({ column }, operator, value, what) {
    const bytes = isUnitless(value) ? undefined : parseUnit(value, 'bytes')
    if (bytes === undefined) throw wrong(what, 'a unit is needed: 512KiB, 64MiB or 1GB')
    return { sql: `${column} ${operator} ?`, values: [bytes] }
  },
  time: ({ column }, operator, value, what, now) => ({
    sql: `${column} ${operator} ?`,
    values: [momentOf(value, what, now)],
  }),
  age({ column }, operator, value, what, now) {
    const turned = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }[operator]
    if (turned === undefined) throw wrong(what, 'an age is compared by < <= > >=')
    return { sql: `${column} ${turned} ?`, values: [momentOf(value, what, now)] }
  },
  text({ column }, operator, value, what) {
    requireEquality(operator, what)
    const not = operator === '=' ? '' : 'NOT '
    if (!/[*?]/.test(value)) return { sql: `${not}(coalesce(${column}, '') = ?)`, values: [value] }
    return { sql: `${not}(coalesce(${column}, '') GLOB ?)`, values: [value.replaceAll('[', '[[]')] }
  },
  flag({ column }, operator, value, what) {
    requireEquality(operator, what)
    if (value !== 'true' && value !== 'false') throw wrong(what, 'it takes true or false')
    return { sql: `${column} ${operator} ?`, values: [value === 'true' ? 1 : 0] }
  },
  tag(_, operator, value, what) {
    requireEquality(operator, what)
    return hasTag(value, operator === '=')
  },
}

/** Archives with a tag, or without it. */
export function hasTag(tag: string, has = true): Condition {
  return { sql: `id ${has ? '' : 'NOT '}IN (SELECT id FROM tags WHERE tag = ?)`, values: [tag] }
}

function requireEquality(operator: string, what: string): void {
  if (operator !== '=' && operator !== '!=') throw wrong(what, 'this field is compared by = and !=')
}

function wrong(what: string, hint: string): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', `${what} is not valid`, { hint })
}
