/**
 * Characters that a terminal, a log or an eye mistakes for something other than text: C0 and DEL, C1, line and
 * paragraph separators, everything that turns the direction of writing, characters without width, tags, and halves of
 * surrogate pairs. Joiners (U+200C, U+200D) and variation selectors are part of how words and emoji are spelled, and
 * stay.
 */
const HIDDEN =
  /[\p{Cc}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Cs}/gu

/** Makes JSON text visible, where characters below U+0020 can only be white space between values. */
const HIDDEN_IN_JSON =
  /[\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/**
 * Any text as one line for users: writes out every hidden character, as `\n`, `\x1b`, `\u202e` or `\u{e0041}`.
 * Everything that the command prints passes here, so no name, note or answer of a server can move the cursor, color a
 * line or start one of its own. A backslash stays as it is. Text that was made visible stays the same.
 */
export function visible(text: string): string {
  return text.replace(HIDDEN, writtenOut)
}

/** A JSON text with the same meaning, with the hidden characters in its strings as `\uXXXX`. */
export function visibleJson(text: string): string {
  return text.replace(HIDDEN_IN_JSON, inJson)
}

function writtenOut(character: string): string {
  const code = character.codePointAt(0)!
  if (code > 0xffff) return `\\u{${code.toString(16)}}`
  return SHORT[character] ?? (code > 0xff ? escaped(code) : `\\x${code.toString(16).padStart(2, '0')}`)
}

function inJson(character: string): string {
  return Array.from({ length: character.length }, (_, index) => escaped(character.charCodeAt(index))).join('')
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`
}
