// Texts that would steer a terminal or forge a log, made at random; and what says that none came through.
import fc from 'fast-check'

/** Everything that is no plain text, written independently of what the command replaces. */
export const HIDDEN =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/u

const codes = (from: number, to: number) =>
  fc.integer({ min: from, max: to }).map((code) => String.fromCodePoint(code))

/** One piece of such a text. */
const PIECE = fc.oneof(
  codes(0, 0x1f),
  codes(0x7f, 0x9f),
  fc.constantFrom(
    '\u001b[2J',
    '\u001b]0;title\u0007',
    '\u001b]8;;http://evil\u001b\\',
    '\u001bPq\u001b\\',
    '\u009b31m',
    '\u009d0;title\u009c',
    '\nFORGED: all is well',
    '\r\nFORGED',
    '\rFORGED',
    '\u0085FORGED',
    '\u2028FORGED',
    '\u2029FORGED',
    '\b\b\b',
  ),
  fc.constantFrom('\u202e', '\u202a', '\u2066', '\u2069', '\u061c', '\u200e', '\u200f'),
  fc.constantFrom('\u200b', '\ufeff', '\u00ad', '\u2060', '\u2063'),
  codes(0xe0000, 0xe007f),
  codes(0xd800, 0xdfff),
  fc.integer({ min: 1, max: 40 }).map((count) => `e${'\u0301\u0489'.repeat(count)}`),
  fc.constantFrom('plain', 'é', '日本', '👩‍👩‍👧', '\\', '"', "'", '%s', '{text}', '$&', '__proto__', ' '),
)

/** Texts of a few pieces. */
export const HOSTILE = fc.array(PIECE, { minLength: 1, maxLength: 12 }).map((pieces) => pieces.join(''))

/** The same, and now and then very long ones. */
export const HOSTILE_OR_LONG = fc.oneof(
  { weight: 50, arbitrary: HOSTILE },
  {
    weight: 1,
    arbitrary: fc.tuple(HOSTILE, fc.integer({ min: 500, max: 5000 })).map(([text, n]) => text.repeat(n)),
  },
)

/** The same text in ASCII, for names of tests. */
export function ascii(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]|[#\\]/gu, (character) => `{${character.codePointAt(0)!.toString(16)}}`)
}

/** What is wrong with what was printed; undefined where nothing is. Line feeds are the command's own. */
export function stain(printed: string): string | undefined {
  const found = HIDDEN.exec(printed.replaceAll('\n', ''))?.[0]
  if (found !== undefined) return `${ascii(found)} in ${ascii(printed.slice(0, 2000))}`
  return /^FORGED/m.test(printed) ? `a line of its own in ${ascii(printed.slice(0, 2000))}` : undefined
}
