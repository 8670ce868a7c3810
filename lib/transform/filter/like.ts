/** One character of a pattern, or a wildcard: `%` for any number of characters, `_` for one. */
type Token = string | typeof ANY | typeof ONE

const ANY = Symbol('any number of characters')
const ONE = Symbol('one character')

/** A LIKE pattern, split at each `%`: pieces that have to follow one another. */
export interface LikePattern {
  readonly tokens: readonly Token[]
}

/**
 * Parses a LIKE pattern: `%` stands for any number of characters, `_` for one; after the escape character, each of
 * them and the escape character itself is literal. Undefined if the escape character precedes anything else, or ends
 * the pattern.
 */
export function likePattern(pattern: string, escaping: string | undefined): LikePattern | undefined {
  const tokens: Token[] = []
  const characters = [...pattern]
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]!
    if (character === escaping) {
      const next = characters[++at]
      if (next === undefined || !(next === '%' || next === '_' || next === escaping)) return undefined
      tokens.push(next)
    } else if (character === '%') {
      if (tokens.at(-1) !== ANY) tokens.push(ANY)
    } else tokens.push(character === '_' ? ONE : character)
  }
  return { tokens }
}

/** The text that a pattern without wildcards matches; undefined if it has any. */
export function exactText({ tokens }: LikePattern): string | undefined {
  return tokens.every((token) => typeof token === 'string') ? tokens.join('') : undefined
}

/** The text that a pattern begins with; undefined if its first character is a wildcard. */
export function prefixOf({ tokens }: LikePattern): string | undefined {
  const end = tokens.findIndex((token) => typeof token !== 'string')
  const prefix = tokens.slice(0, end === -1 ? tokens.length : end).join('')
  return prefix === '' ? undefined : prefix
}

/**
 * Makes a function that matches whole texts. Its time never exceeds the length of the text times that of the longest
 * piece between two `%`.
 */
export function likeMatcher({ tokens }: LikePattern): (text: string) => boolean {
  const pieces: (string | typeof ONE)[][] = [[]]
  for (const token of tokens) {
    if (token === ANY) pieces.push([])
    else pieces.at(-1)!.push(token)
  }
  const isText = pieces.every((piece) => piece.every((token) => typeof token === 'string'))
  return isText ? textMatcher(pieces.map((piece) => piece.join(''))) : characterMatcher(pieces)
}

/** Matches texts against a pattern without `_`, so UTF-16 units need not be combined into characters. */
function textMatcher(pieces: readonly string[]): (text: string) => boolean {
  const [first, ...rest] = pieces
  const last = rest.pop()
  if (last === undefined) return (text) => text === first
  return (text) => {
    if (!text.startsWith(first!)) return false
    const end = text.length - last.length
    let at = first!.length
    for (const piece of rest) {
      const index = text.indexOf(piece, at)
      if (index === -1) return false
      at = index + piece.length
    }
    return at <= end && text.endsWith(last)
  }
}

type Piece = readonly (string | typeof ONE)[]

function characterMatcher(pieces: readonly Piece[]): (text: string) => boolean {
  const [first, ...rest] = pieces
  const last = rest.pop()
  return (text) => {
    const characters: ArrayLike<string> = SURROGATE.test(text) ? [...text] : text
    if (last === undefined) return characters.length === first!.length && isAt(characters, first!, 0)
    const end = characters.length - last.length
    let at = first!.length
    if (at > end || !isAt(characters, first!, 0) || !isAt(characters, last, end)) return false
    for (const piece of rest) {
      while (at + piece.length <= end && !isAt(characters, piece, at)) at += 1
      at += piece.length
      if (at > end) return false
    }
    return true
  }
}

const SURROGATE = /[\ud800-\udfff]/

function isAt(characters: ArrayLike<string>, piece: Piece, at: number): boolean {
  if (at + piece.length > characters.length) return false
  for (let index = 0; index < piece.length; index++) {
    const token = piece[index]!
    if (token !== ONE && token !== characters[at + index]) return false
  }
  return true
}
