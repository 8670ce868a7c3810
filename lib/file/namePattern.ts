import { ElysiaError } from '../core/errors.ts'

/** Refuses longer patterns, and more alternatives: names are foreign, and each is compared with the whole pattern. */
const MOST_CHARACTERS = 255
/** The most alternatives of one pattern, those of all its braces together. */
export const MOST_ALTERNATIVES = 64

/** One character of a name: a test for it; or any number of any characters. */
type Token = ((character: string) => boolean) | typeof ANY_NUMBER

const ANY_NUMBER = Symbol('*')

/**
 * Makes a matcher for names of files, or of one directory in a path: `*` matches any number of characters, `?` one,
 * `[a-z]` one of them, `[!a-z]` any other, `{a,b}` either; `\` makes the next character literal. `*` and `?` do not
 * match a leading dot, as in a shell, unless `dot` is set. `option` names the pattern in errors.
 *
 * Not picomatch or `path.matchesGlob`: they make a regular expression that backtracks at each star, so that four
 * stars take seconds with a name that a stranger chose. Here a name takes at most its length times the pattern's.
 * @throws ElysiaError ELYSIA_USAGE for a pattern that is too long, or that a shell would read differently
 */
export function namePattern(
  pattern: string,
  { option = '--pattern', dot = false } = {},
): (name: string) => boolean {
  const refused = (why: string) => refusal(option, pattern, why)
  if (pattern.length > MOST_CHARACTERS) throw refused(`is longer than ${MOST_CHARACTERS} characters`)
  if (/[@!+*?]\(/.test(pattern)) throw refused('has a group in parentheses, which is not supported')
  if (pattern.includes('/')) throw refused('has a slash, but matches only names in one directory')
  const alternatives = expandBraces(pattern).map(tokensOf)
  if (alternatives.length > MOST_ALTERNATIVES)
    throw refused(`stands for more than ${MOST_ALTERNATIVES} alternatives`)
  return (name) => {
    const characters = [...name]
    return alternatives.some((tokens) => fits(tokens, characters, dot))
  }
}

function refusal(option: string, pattern: string, why: string): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', `the pattern ${JSON.stringify(pattern.slice(0, 80))} ${why}`, {
    hint: `give ${option} with *, ?, [a-z] and {one,other}`,
  })
}

/** Each star takes as little as possible; if the rest does not match, only the last one takes more. */
function fits(tokens: readonly Token[], characters: readonly string[], dot: boolean): boolean {
  let at = 0
  let token = 0
  let star = -1
  let taken = 0
  while (at < characters.length) {
    const next = tokens[token]
    if (next === ANY_NUMBER) {
      if (at === 0 && characters[0] === '.' && !dot) return false
      star = token++
      if (token === tokens.length) return true
      taken = at
    } else if (next?.(characters[at]!) && !(at === 0 && next === anyOne && characters[0] === '.' && !dot)) {
      at++
      token++
    } else if (star >= 0) {
      token = star + 1
      at = ++taken
    } else return false
  }
  while (tokens[token] === ANY_NUMBER) token++
  return token === tokens.length
}

function anyOne(): boolean {
  return true
}

function tokensOf(pattern: string): Token[] {
  const characters = [...pattern]
  const tokens: Token[] = []
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]!
    const end = character === '[' ? classEnd(characters, at) : -1
    if (character === '*') {
      if (tokens.at(-1) !== ANY_NUMBER) tokens.push(ANY_NUMBER)
    } else if (character === '?') tokens.push(anyOne)
    else if (end > 0) {
      tokens.push(oneOf(characters.slice(at + 1, end)))
      at = end
    } else tokens.push(exactly(character === '\\' ? (characters[++at] ?? '\\') : character))
  }
  return tokens
}

function exactly(wanted: string): Token {
  return (character) => character === wanted
}

/** The index where a class ends; a `]` at its start is one of its characters. -1 if it does not end. */
function classEnd(characters: readonly string[], start: number): number {
  const negated = characters[start + 1] === '!' || characters[start + 1] === '^'
  return characters.indexOf(']', start + (negated ? 3 : 2))
}

function oneOf(inside: string[]): Token {
  const negated = inside[0] === '!' || inside[0] === '^'
  const members = negated ? inside.slice(1) : inside
  const ranges: [string, string][] = []
  for (let at = 0; at < members.length; at++) {
    const from = members[at]!
    const isRange = members[at + 1] === '-' && at + 2 < members.length
    ranges.push([from, isRange ? members[at + 2]! : from])
    if (isRange) at += 2
  }
  return (character) => ranges.some(([from, to]) => from <= character && character <= to) !== negated
}

/** `a{b,c}` → `ab`, `ac`; braces without a comma are literal. Returns at most one more than is allowed. */
export function expandBraces(pattern: string): string[] {
  const open = pattern.search(/(?<!\\)\{/)
  if (open < 0) return [pattern]
  const parts = alternativesAt(pattern, open)
  if (parts === undefined || parts.options.length < 2) {
    return expandBraces(pattern.slice(open + 1)).map((rest) => `${pattern.slice(0, open)}\\{${rest}`)
  }
  const rests = expandBraces(pattern.slice(parts.end + 1))
  const all: string[] = []
  for (const option of parts.options.flatMap(expandBraces)) {
    for (const rest of rests) {
      all.push(`${pattern.slice(0, open)}${option}${rest}`)
      if (all.length > MOST_ALTERNATIVES) return all
    }
  }
  return all
}

function alternativesAt(pattern: string, open: number): { options: string[]; end: number } | undefined {
  const options: string[] = []
  let depth = 0
  let from = open + 1
  for (let at = open; at < pattern.length; at++) {
    const character = pattern[at]
    if (character === '\\') at++
    else if (character === '{') depth++
    else if (character === '}') depth--
    if (depth === 0 || (depth === 1 && character === ',')) {
      options.push(pattern.slice(from, at))
      from = at + 1
    }
    if (depth === 0) return { options, end: at }
  }
  return undefined
}
