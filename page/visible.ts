/** What shows nothing, or turns the direction of what stands around it: names of others must not play with it. */
const HIDDEN = /[\p{Cc}\p{Cf}\u2028\u2029]/gu
const KEPT = /[\n\t]/

/** A text in which every such character is seen by its number: `a\u{202e}b`. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (character) =>
    KEPT.test(character) ? character : `\\u{${character.codePointAt(0)!.toString(16)}}`,
  )
}

/** What JSON that was written by a program holds where one of its texts may hide something. */
const MAY_HIDE = /[\p{Cc}\p{Cf}\u2028\u2029]|\\[ubfr]/u

/** Reads JSON whose texts are shown as they are. Most hide nothing, which is seen much sooner. @throws SyntaxError */
export function visibleJson(text: string): unknown {
  if (!MAY_HIDE.test(text)) return JSON.parse(text)
  return JSON.parse(text, (_, value: unknown) => (typeof value === 'string' ? visible(value) : value))
}
