import fc from 'fast-check'
import type { JsonObject, StoredObject } from '../../../lib/core/object.ts'
import type { CollectionSchema } from '../../../lib/core/schema.ts'

/*
 * Conditions as text, each with a plain model of what SQL says of it: written independently, with tables of truth, bytes,
 * BigInt and recursion in place of what the evaluation is made of.
 */

export type Truth = boolean | null

export interface Condition {
  readonly text: string
  readonly holds: (object: StoredObject) => Truth
}

const property = (name: string, type: string, more = {}) => ({ name, dataType: [type], ...more })

export const DOC: CollectionSchema = {
  class: 'Doc',
  properties: [
    property('title', 'text'),
    property('size', 'int'),
    property('score', 'number'),
    property('open', 'boolean'),
    property('day', 'date'),
    property('key', 'uuid'),
    property('tags', 'text[]'),
    property('origin', 'object', { nestedProperties: [property('place', 'text'), property('year', 'int')] }),
    property('or', 'text'),
  ],
}

const TEXTS = ['', 'a', 'A', 'ab', 'a%b', 'a_b', "it's", 'ä', 'zz', '\u{ffee}', '\u{1f600}', '\u{1f600}a']
const INTS = ['0', '-1', '7', '9007199254740992', '9007199254740993', '-9007199254740993']
const NUMBERS = ['0', '-0.5', '0.3', '0.30000000000000004', '1e10', '7']
const UUIDS = ['00000000-0000-4000-8000-000000000001', 'ffffffff-0000-4000-8000-00000000000f']
/** As they are stored, with their nanoseconds since 1970. */
const DATES: Readonly<Record<string, bigint>> = {
  '1970-01-01T00:00:00Z': 0n,
  '1969-12-31T23:59:59.999999Z': -1000n,
  '2024-02-29T00:00:00Z': 1_709_164_800_000_000_000n,
  '2024-02-29T02:00:00+02:00': 1_709_164_800_000_000_000n,
  '2024-02-29T00:00:00.000001Z': 1_709_164_800_000_001_000n,
  '2024-02-28T23:00:00-01:30': 1_709_166_600_000_000_000n,
}
/** As they are asked for. */
const ASKED: Readonly<Record<string, bigint>> = {
  ...DATES,
  '1970-01-01': 0n,
  '2024-02-29': 1_709_164_800_000_000_000n,
  '2024-02-29 00:30': 1_709_166_600_000_000_000n,
}
const PATTERNS = ['', '%', '_', 'a%', '%b', 'a_b', '%a%', 'a!%b', '_a', '%!_%', '__%', 'a%%b', '\u{1f600}%']

const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined, freq: 4 })
const whole = (text: string) => (Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text))

/** Objects of the class above, with anything missing. */
export const objects: fc.Arbitrary<StoredObject> = fc
  .record({
    at: fc.nat(0xffff),
    title: maybe(fc.constantFrom(...TEXTS)),
    size: maybe(fc.constantFrom(...INTS).map(whole)),
    score: maybe(fc.constantFrom(...NUMBERS).map(Number)),
    open: maybe(fc.boolean()),
    day: maybe(fc.constantFrom(...Object.keys(DATES))),
    key: maybe(fc.constantFrom(...UUIDS)),
    tags: maybe(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 })),
    place: maybe(fc.constantFrom(...TEXTS)),
    or: maybe(fc.constantFrom(...TEXTS)),
  })
  .map(({ at, place, ...values }) => {
    const all = Object.entries(values).filter(([, value]) => value !== undefined)
    const origin = place === undefined ? {} : { origin: { place, year: 2000 } }
    const properties = { ...Object.fromEntries(all), ...origin } as JsonObject
    return { id: `00000000-0000-4000-8000-${at.toString(16).padStart(12, '0')}`, properties }
  })

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`

/** One kind of property: how it is written, read, and brought into an order. */
interface Kind<T> {
  readonly name: string
  readonly read: (object: StoredObject) => T | undefined
  readonly literals: readonly { readonly text: string; readonly value: T }[]
  readonly order: (a: T, b: T) => number
}

const bytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))
const amount = <T extends bigint | number>(a: T, b: T) => (a < b ? -1 : a > b ? 1 : 0)
const value = (name: string) => (object: StoredObject) => object.properties[name] as never
const texts = TEXTS.map((value) => ({ text: quoted(value), value }))

const title: Kind<string> = { name: 'title', read: value('title'), literals: texts, order: bytes }
const keyword: Kind<string> = { name: '"or"', read: value('or'), literals: texts, order: bytes }
const place: Kind<string> = {
  name: 'origin.place',
  read: (object) => (object.properties.origin as { place?: string } | undefined)?.place,
  literals: texts,
  order: bytes,
}
const size: Kind<bigint> = {
  name: 'size',
  read: ({ properties: { size } }) => (size === undefined ? undefined : BigInt(size as number)),
  literals: INTS.map((text) => ({ text, value: BigInt(text) })),
  order: amount,
}
const score: Kind<number> = {
  name: 'score',
  read: value('score'),
  literals: NUMBERS.map((text) => ({ text, value: Number(text) })),
  order: amount,
}
const day: Kind<bigint> = {
  name: 'day',
  read: ({ properties: { day } }) => (day === undefined ? undefined : DATES[day as string]),
  literals: Object.entries(ASKED).map(([text, value]) => ({ text: quoted(text), value })),
  order: amount,
}
const key: Kind<string> = {
  name: 'key',
  read: value('key'),
  literals: UUIDS.map((value) => ({ text: quoted(value), value })),
  order: bytes,
}

const OPERATORS: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}

function comparisons<T>(kind: Kind<T>): fc.Arbitrary<Condition> {
  const literal = fc.constantFrom(...kind.literals)
  const known = (object: StoredObject, holds: (stored: T) => boolean): Truth => {
    const stored = kind.read(object)
    return stored === undefined ? null : holds(stored)
  }
  const compared = fc.tuple(fc.constantFrom(...Object.keys(OPERATORS)), literal).map(([operator, other]) => ({
    text: `${kind.name} ${operator} ${other.text}`,
    holds: (object: StoredObject) =>
      known(object, (stored) => OPERATORS[operator]!(kind.order(stored, other.value))),
  }))
  const among = fc
    .tuple(fc.boolean(), fc.array(literal, { minLength: 1, maxLength: 12 }))
    .map(([not, all]) => ({
      text: `${kind.name} ${not ? 'NOT ' : ''}IN (${all.map(({ text }) => text).join(', ')})`,
      holds: (object: StoredObject) =>
        known(object, (stored) => all.some(({ value }) => kind.order(stored, value) === 0) !== not),
    }))
  const between = fc.tuple(fc.boolean(), literal, literal).map(([not, low, high]) => ({
    text: `${kind.name} ${not ? 'not ' : ''}between ${low.text} and ${high.text}`,
    holds: (object: StoredObject) =>
      known(
        object,
        (stored) => (kind.order(stored, low.value) >= 0 && kind.order(stored, high.value) <= 0) !== not,
      ),
  }))
  const missing = fc.boolean().map((not) => ({
    text: `${kind.name} IS ${not ? 'NOT ' : ''}NULL`,
    holds: (object: StoredObject) => (kind.read(object) === undefined) !== not,
  }))
  return fc.oneof(compared, among, between, missing)
}

/** Recursion over characters: what LIKE is by its definition. */
function isLike(text: readonly string[], pattern: readonly string[]): boolean {
  const [first, ...rest] = pattern
  if (first === undefined) return text.length === 0
  if (first === '%') return text.some((_, at) => isLike(text.slice(at), rest)) || isLike([], rest)
  if (text.length === 0) return false
  if (first === '!') return text[0] === rest[0] && isLike(text.slice(1), rest.slice(1))
  return (first === '_' || first === text[0]) && isLike(text.slice(1), rest)
}

const likes = (kind: Kind<string>): fc.Arbitrary<Condition> =>
  fc.tuple(fc.boolean(), fc.constantFrom(...PATTERNS)).map(([not, pattern]) => ({
    text: `${kind.name} ${not ? 'NOT ' : ''}LIKE ${quoted(pattern)} ESCAPE '!'`,
    holds: (object) => {
      const stored = kind.read(object)
      return stored === undefined ? null : isLike([...stored], [...pattern]) !== not
    },
  }))

const truths: fc.Arbitrary<Condition> = fc
  .constantFrom('open', 'open = TRUE', 'open <> false')
  .map((text) => ({
    text,
    holds: ({ properties: { open } }) => (open === undefined ? null : (open as boolean)),
  }))

/** Not SQL of DuckDB. */
const contains: fc.Arbitrary<Condition> = fc
  .tuple(fc.boolean(), fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 3 }))
  .map(([any, asked]) => ({
    text: `tags CONTAINS ${any ? 'ANY' : 'ALL'} (${asked.map(quoted).join(',')})`,
    holds: ({ properties: { tags } }) => {
      if (tags === undefined) return null
      const has = (one: string) => (tags as string[]).includes(one)
      return any ? asked.some(has) : asked.every(has)
    },
  }))

const simple = fc.oneof(
  ...[title, keyword, place, key].map(comparisons),
  ...[size, day].map(comparisons),
  comparisons(score),
  likes(title),
  likes(place),
  truths,
)

/** By rows: false, null, true; by columns the same. */
const ORDER: readonly Truth[] = [false, null, true]
const AND: readonly (readonly Truth[])[] = [
  [false, false, false],
  [false, null, null],
  [false, null, true],
]
const OR: readonly (readonly Truth[])[] = [
  [false, null, true],
  [null, null, true],
  [true, true, true],
]

function looked(table: readonly (readonly Truth[])[], a: Truth, b: Truth): Truth {
  return table[ORDER.indexOf(a)]![ORDER.indexOf(b)]!
}

function combined(leaves: fc.Arbitrary<Condition>): fc.Arbitrary<Condition> {
  return fc.letrec<{ tree: Condition }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaves,
      fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => ({
        text: `(${a.text}) AND (${b.text})`,
        holds: (object: StoredObject) => looked(AND, a.holds(object), b.holds(object)),
      })),
      fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => ({
        text: `(${a.text} or ${b.text})`,
        holds: (object: StoredObject) => looked(OR, a.holds(object), b.holds(object)),
      })),
      tie('tree').map((a) => ({
        text: `NOT (${a.text})`,
        holds: (object: StoredObject) => ({ true: false, false: true, null: null })[`${a.holds(object)}`]!,
      })),
    ),
  })).tree
}

/** Conditions of every kind. */
export const conditions = combined(
  fc.oneof({ weight: 12, arbitrary: simple }, { weight: 1, arbitrary: contains }),
)

/** Those that DuckDB knows as well. */
export const sqlConditions = combined(simple)
