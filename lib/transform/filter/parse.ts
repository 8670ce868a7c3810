import { ElysiaError } from '../../core/errors.ts'
import type { Expression, Operand } from './expression.ts'
import { SyntaxError as NotParsed, parse } from './parser.ts'

/** The largest text of a filter, in bytes of UTF-8. */
export const MAX_FILTER_BYTES = 64 * 1024
/** The deepest nesting of parentheses, and the most CASE: parsing and evaluating recurse. */
export const MAX_FILTER_DEPTH = 100

/** The parser's error for an invalid condition; positions count characters from 1. */
interface Fault {
  readonly expected: readonly {
    readonly type: string
    readonly description?: string
    readonly text?: string
  }[]
  readonly found: string | null
  readonly location: { readonly start: { readonly offset: number } }
}

/**
 * Parses a condition (SPEC.md, "Filters"). Bounds its size and the depth of its parentheses before parsing.
 * @throws ElysiaError ELYSIA_USAGE, naming the column and what was expected there
 */
export function parseFilter(text: string): Expression {
  return parsed(text, 'Filter') as Expression
}

/** Parses a value: `lower(title) || ' ' || size`. @throws ElysiaError ELYSIA_USAGE, as `parseFilter` */
export function parseValue(text: string): Operand {
  return parsed(text, 'Value') as Operand
}

function parsed(text: string, startRule: 'Filter' | 'Value'): unknown {
  if (Buffer.byteLength(text) > MAX_FILTER_BYTES) {
    throw filterFault('it is longer than 64 KiB', 'name objects by their ids with --objects @FILE')
  }
  requireDepth(text)
  try {
    const node = parse(text, { startRule })
    requireShallow(node, text)
    return node
  } catch (error) {
    if (!(error instanceof NotParsed)) throw error
    throw syntaxFault(text, error as unknown as Fault)
  }
}

/** The error about a filter; `at` is the offset of the fault in its text. */
export function filterFault(
  fact: string,
  hint: string,
  where?: { readonly text: string; readonly at: number },
): ElysiaError {
  const place = where === undefined ? '' : ` at ${placeOf(where.text, where.at)}`
  return new ElysiaError('ELYSIA_USAGE', `the filter is not valid${place}: ${fact}`, { hint })
}

function placeOf(text: string, at: number): string {
  const before = text.slice(0, at).split('\n')
  const column = `column ${before.at(-1)!.length + 1}`
  return before.length === 1 ? column : `line ${before.length}, ${column}`
}

/** Bounds the depth of parentheses, and of CASE, which also nests. */
function requireDepth(text: string): void {
  let depth = 0
  let cases = 0
  let quote: string | undefined
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!
    if (quote !== undefined) {
      if (character === quote) quote = undefined
    } else if (character === "'" || character === '"') quote = character
    else if (isCase(text, at)) {
      cases += 1
      if (cases > MAX_FILTER_DEPTH)
        throw filterFault('it has more than 100 CASE', 'set a property in several steps', { text, at })
    } else if (character === ')') depth -= 1
    else if (character === '(' && ++depth > MAX_FILTER_DEPTH) {
      throw filterFault(
        'its parentheses nest deeper than 100',
        'write x IN (…) for many values of one property',
        {
          text,
          at,
        },
      )
    }
  }
}

/** Operators nest to the left, one level per operator, and later steps walk them recursively. */
const MOST_NESTED = 1000

function requireShallow(root: unknown, text: string): void {
  let level: readonly unknown[] = [root]
  for (let depth = 0; level.length > 0; depth++) {
    // For each level in the text, the tree may have a list as another level.
    if (depth > 2 * MOST_NESTED)
      throw filterFault('it has more than 1,000 operators in a row', 'set a property in several steps', {
        text,
        at: 0,
      })
    level = level.flatMap((node) =>
      Object.values(node as object).filter((one) => typeof one === 'object' && one !== null),
    )
  }
}

function isCase(text: string, at: number): boolean {
  return (
    (text[at] === 'c' || text[at] === 'C') &&
    /^case\b/i.test(text.slice(at, at + 5)) &&
    !/\w/.test(text[at - 1] ?? '')
  )
}

const EXAMPLE = `for example: created > '2024-01-01' AND (size BETWEEN 10 AND 20 OR title LIKE 'A%')`

function syntaxFault(text: string, { expected, found, location }: Fault): ElysiaError {
  const { offset } = location.start
  const names = expected.map(({ type, description, text }) =>
    type === 'literal' ? `"${text}"` : description,
  )
  const distinct = [...new Set(names)]
    .filter((name): name is string => name !== undefined && name !== 'space')
    .sort()
  const options = [...distinct, ...(expected.some(({ type }) => type === 'end') ? ['the end'] : [])]
  const foundText = found === null ? 'the text ends' : `${JSON.stringify(found)} stands there`
  return filterFault(`${foundText}, expected ${listText(options)}`, hintFor(text, offset), {
    text,
    at: offset,
  })
}

function hintFor(text: string, at: number): string {
  const rest = text.slice(at, at + 2)
  if (rest === '==' || (rest.startsWith('=') && text.slice(0, at).trimEnd().endsWith('='))) {
    return 'equality is one ='
  }
  if (rest.startsWith("'")) return "a text ends with ', and a ' inside it is written twice"
  if (rest === '&&' || rest === '||') return 'conditions are combined by AND, OR and NOT'
  if (rest.startsWith('%') || rest.startsWith('*')) return "patterns are texts: title LIKE 'A%'"
  return EXAMPLE
}

function listText(options: readonly string[]): string {
  if (options.length < 2) return options.join('')
  return `${options.slice(0, -1).join(', ')} or ${options.at(-1)}`
}
