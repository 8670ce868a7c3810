import type { Json, JsonObject } from '../../core/object.ts'
import { keyText, valueText } from './text.ts'

const OPEN = '{'.charCodeAt(0)
const CLOSE = '}'.charCodeAt(0)
const COMMA = ','.charCodeAt(0)
const QUOTE = '"'.charCodeAt(0)

/**
 * True if a text, from a position up to an end, spells properties exactly as LineWriter does. `properties` is the
 * parsed text. A text value without escapes is not made again, only its ends are checked: most of a line consists of
 * those.
 */
export function isCanonicalText(text: string, from: number, end: number, properties: JsonObject): boolean {
  if (text.charCodeAt(from) !== OPEN) return false
  let at = from + 1
  let nextEscape = escapeIn(text, from)
  for (const key in properties) {
    if (at > from + 1 && text.charCodeAt(at++) !== COMMA) return false
    const name = keyText(key)
    if (!text.startsWith(name, at)) return false
    at += name.length
    if (nextEscape < at) nextEscape = escapeIn(text, at)
    const behind = behindPlain(text, at, properties[key]!)
    // An escape may be spelled in several ways.
    if (behind !== undefined && behind <= nextEscape) at = behind
    else {
      const spelled = valueText(properties[key]!)
      if (!text.startsWith(spelled, at)) return false
      at += spelled.length
    }
  }
  return text.charCodeAt(at) === CLOSE && at + 1 === end
}

/** The position of the next escape; beyond the end if there is none. */
function escapeIn(text: string, from: number): number {
  const at = text.indexOf('\\', from)
  return at < 0 ? text.length : at
}

/**
 * The end of a property's text that begins here and is as long as its value; undefined for anything else. Without
 * escapes in it, it can be no other text: if a key occurred twice, one occurrence would be left over.
 */
function behindPlain(text: string, at: number, value: Json): number | undefined {
  if (typeof value !== 'string' || text.charCodeAt(at) !== QUOTE) return undefined
  const last = at + 1 + value.length
  return text.indexOf('"', at + 1) === last ? last + 1 : undefined
}
