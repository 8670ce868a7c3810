/**
 * Characters that are invisible, or that turn the direction of the text around them: foreign names must not use them.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\u2028\u2029]/gu
const KEPT = /[\n\t]/

/** Replaces each such character with its code: `a\u{202e}b`. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (character) =>
    KEPT.test(character) ? character : `\\u{${character.codePointAt(0)!.toString(16)}}`,
  )
}

/** What JSON from a program contains if one of its texts may hide something. */
const MAY_HIDE = /[\p{Cc}\p{Cf}\u2028\u2029]|\\[ubfr]/u

/**
 * Parses JSON and makes hidden characters in its texts visible. Most texts hide nothing, which is found much sooner.
 * @throws SyntaxError
 */
export function visibleJson(text: string): unknown {
  if (!MAY_HIDE.test(text)) return JSON.parse(text)
  return JSON.parse(text, (_, value: unknown) => (typeof value === 'string' ? visible(value) : value))
}
