/** What shows nothing, or turns the direction of what stands around it: names of others must not play with it. */
const HIDDEN = /[\p{Cc}\p{Cf}\u2028\u2029]/gu
const KEPT = /[\n\t]/

/** A text in which every such character is seen by its number: `a\u{202e}b`. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (character) =>
    KEPT.test(character) ? character : `\\u{${character.codePointAt(0)!.toString(16)}}`,
  )
}

/** Reads JSON whose texts are shown as they are. @throws SyntaxError */
export function visibleJson(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) => (typeof value === 'string' ? visible(value) : value))
}
