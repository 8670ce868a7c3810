/** Deeper than anything that stands beside an archive. */
const MAX_DEPTH = 16

const QUOTE = 0x22
const BACKSLASH = 0x5c

/**
 * Reads JSON from anywhere that is shallow by its nature: nesting costs many times its bytes once it is parsed.
 * @throws SyntaxError for what is no JSON, or nested deeper than 16
 */
export function shallowJson(text: string): unknown {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at)
    else if (code === 0x5b || code === 0x7b) {
      depth += 1
      if (depth > MAX_DEPTH) throw new SyntaxError(`it is nested deeper than ${MAX_DEPTH}`)
    } else if (code === 0x5d || code === 0x7d) depth -= 1
  }
  return JSON.parse(text)
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at
    if (code === BACKSLASH) at += 1
  }
  return text.length
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A list of texts, none of them longer than a line. */
export function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string' && one.length <= 10_000)
}

/** A moment as ISO text. */
export function isTime(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(value) && !Number.isNaN(Date.parse(value))
}
