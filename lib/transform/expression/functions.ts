import type { Json, StoredObject } from '../../core/object.ts'
import { type Instant, instantOf, readInstant, rfc3339 } from '../filter/instant.ts'
import type { ValueType } from '../filter/value.ts'
import { ValueFault } from './fault.ts'
import { regexpReplacer } from './regexp.ts'

type Read = (object: StoredObject) => Json | undefined

/** What a parameter accepts. NULL is accepted everywhere, except for a literal. */
export type Parameter = 'text' | 'int' | 'any' | 'literal' | 'list' | 'text or list' | 'text or int'

/** A function of expressions. It is deterministic, and its time is linear in its values. */
export interface ExpressionFunction {
  readonly parameters: readonly Parameter[]
  /** The number of required arguments. */
  readonly required: number
  /** True if the last parameter may be repeated. */
  readonly rest?: boolean
  /** Its parameters, for errors. */
  readonly usage: string
  /** The type of its result; by default that of its values. */
  readonly type?: ValueType
  /** True if all values must have one type. */
  readonly isUnified?: boolean
  /**
   * Builds the function once for all objects, from the readers of its values, and from the texts of those that are
   * literals. Returns a text if these are wrong.
   */
  readonly make: (values: readonly Read[], literals: readonly (string | undefined)[]) => Read | string
}

/** All functions, by name. SPEC.md, "Expressions", lists them; a test compares. */
export const FUNCTIONS: Readonly<Record<string, ExpressionFunction>> = {
  lower: ofText((text) => text.toLowerCase()),
  upper: ofText((text) => text.toUpperCase()),
  trim: trimming(true, true),
  ltrim: trimming(true, false),
  rtrim: trimming(false, true),
  substr: {
    parameters: ['text', 'int', 'int'],
    required: 2,
    usage: 'a text, the place of a character from 1 on, and a length',
    type: 'text',
    make: ([text, from, length]) =>
      whenAllKnown([text!, from!, ...(length === undefined ? [] : [length])], substring),
  },
  replace: {
    parameters: ['text', 'text', 'text'],
    required: 3,
    usage: 'a text, what to replace in it, and by what',
    type: 'text',
    make: (reads) =>
      whenAllKnown(reads, ([text, what, by]) =>
        what === '' ? text : bounded((text as string).replaceAll(what as string, () => by as string)),
      ),
  },
  regexp_replace: {
    parameters: ['text', 'literal', 'literal', 'literal'],
    required: 3,
    usage: "a text, and written out a pattern, its replacement, and 'g' for all of them, 'i' for any case",
    type: 'text',
    make: ([text], [, pattern = '', replacement = '', options = '']) => {
      const replace = regexpReplacer(pattern, replacement, options)
      return typeof replace === 'string'
        ? replace
        : whenAllKnown([text!], ([one]) => bounded(replace(one as string)))
    },
  },
  length: {
    parameters: ['text or list'],
    required: 1,
    usage: 'a text or a list',
    type: 'int',
    make: (reads) =>
      whenAllKnown(reads, ([value]) => (Array.isArray(value) ? value.length : charactersIn(value as string))),
  },
  coalesce: {
    parameters: ['any'],
    required: 1,
    rest: true,
    usage: 'values, of which the first that is not null counts',
    isUnified: true,
    make: (reads) => (object) => {
      for (let at = 0; at < reads.length; at++) {
        const value = reads[at]!(object)
        if (value !== undefined && value !== null) return value
      }
      return undefined
    },
  },
  to_date: {
    parameters: ['text or int'],
    required: 1,
    usage: 'a date as a text, or milliseconds since 1970',
    type: 'date',
    make: (reads) => whenAllKnown(reads, ([value]) => dateOf(value!)),
  },
}

/** Null if any value is null. */
function whenAllKnown(reads: readonly Read[], make: (values: readonly Json[]) => Json | undefined): Read {
  return (object) => {
    const values: Json[] = []
    for (let at = 0; at < reads.length; at++) {
      const value = reads[at]!(object)
      if (value === undefined || value === null) return undefined
      values.push(value)
    }
    return make(values)
  }
}

function ofText(make: (text: string) => string): ExpressionFunction {
  return {
    parameters: ['text'],
    required: 1,
    usage: 'a text',
    type: 'text',
    make: (reads) => whenAllKnown(reads, ([text]) => make(text as string)),
  }
}

function trimming(isFirst: boolean, isLast: boolean): ExpressionFunction {
  return {
    parameters: ['text', 'text'],
    required: 1,
    usage: 'a text, and the characters to take away in place of spaces',
    type: 'text',
    make: (reads) =>
      whenAllKnown(reads, ([text, characters = ' ']) => {
        const all = [...(text as string)]
        const away = new Set(characters as string)
        let [from, to] = [0, all.length]
        while (isFirst && from < to && away.has(all[from]!)) from += 1
        while (isLast && from < to && away.has(all[to - 1]!)) to -= 1
        return all.slice(from, to).join('')
      }),
  }
}

/** A negative start counts from the end of the text; positions before the first character count toward the length. */
function substring([text, from, length]: readonly Json[]): string {
  const all = [...(text as string)]
  const start = Number(from) < 0 ? all.length + Number(from) : Number(from) - 1
  const end = length === undefined ? all.length : start + Number(length)
  return all.slice(Math.max(0, Math.min(start, end)), Math.max(0, start, end)).join('')
}

/** How many characters a text has: one beyond 0xFFFF takes two units, but counts as one. */
function charactersIn(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}

/** A computed text may be longer than any text that came in. */
const MOST_LENGTH = 64 * 1024 * 1024

function bounded(text: string): string {
  if (text.length <= MOST_LENGTH) return text
  throw new ValueFault('a text of more than 64 Mi characters')
}

const scratch: Instant = { ms: 0, nanos: 0 }
const [FIRST_MS, LAST_MS] = [Date.parse('0001-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')]

function dateOf(value: Json): string {
  if (typeof value === 'string') {
    const text = value.trim()
    if (readInstant(text, scratch)) return text
    const instant = instantOf(text)
    if (instant !== undefined) return rfc3339(instant)
    throw new ValueFault(`${JSON.stringify(text.slice(0, 60).toWellFormed())} is not a date`)
  }
  const ms = Number(value)
  if (Number.isInteger(ms) && ms >= FIRST_MS && ms <= LAST_MS) return rfc3339({ ms, nanos: 0 })
  throw new ValueFault(`${value} milliseconds since 1970 are not a date of the years 1 to 9999`)
}
