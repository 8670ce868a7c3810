/**
 * The deepest nesting that is read: deeper than any real record, object or schema, and no danger to the stack
 * of V8's JSON.stringify or of our own walks.
 */
export const MAX_JSON_DEPTH = 500

/**
 * The most keys, objects and arrays that are read: more than any line, object or document needs. Parsed, they
 * take about 200 MB.
 */
export const MAX_JSON_NODES = 2_000_000

/**
 * The most values that are read: more than any line, object or document needs. A short value takes up to 70
 * bytes while it is processed.
 */
const MAX_JSON_VALUES = 8_000_000

/** No shorter text nests too deep: each level opens and closes. */
const UNSUSPICIOUS_CHARS = 2 * MAX_JSON_DEPTH

/** Limits for parsing JSON: its depth; its keys, objects and arrays; and its values. */
export interface JsonBounds {
  readonly depth: number
  readonly nodes: number
  /** Counted by commas: values that follow another one. 8,000,000. */
  readonly values?: number
}

const BOUNDS: JsonBounds = { depth: MAX_JSON_DEPTH, nodes: MAX_JSON_NODES }

/** JSON beyond its limits: parsed, it would take many times its own length. */
export class JsonTooComplex extends SyntaxError {}

/**
 * Parses foreign JSON within limits, so that it takes no more memory than about ten times the longest text
 * allowed (`[` × 60 MiB would take 2.8 GB). The check skips strings by searching for their ends, and so costs
 * next to nothing beside JSON.parse. A text of fewer than 1,000 characters is parsed without it.
 * @throws JsonTooComplex; SyntaxError if it is not JSON
 */
export function parseBounded(text: string, bounds: JsonBounds = BOUNDS): unknown {
  requireBounded(text, bounds)
  return JSON.parse(text)
}

/**
 * Counts the brackets and commas of a JSON text without parsing it.
 * @throws JsonTooComplex if it nests deeper than `bounds` or has more nodes.
 * @see parseBounded
 */
export function requireBounded(text: string, bounds: JsonBounds = BOUNDS): void {
  if (text.length < Math.min(UNSUSPICIOUS_CHARS, 2 * bounds.depth)) return
  const { values: most = MAX_JSON_VALUES } = bounds
  let depth = 0
  let nodes = 0
  let values = 0
  for (let from = 0; from < text.length; ) {
    const quote = text.indexOf('"', from)
    const end = quote < 0 ? text.length : quote
    for (let at = from; at < end; at++) {
      const code = text.charCodeAt(at)
      if (code === OPEN_ARRAY || code === OPEN_OBJECT) {
        nodes += 1
        depth += 1
        if (depth > bounds.depth) throw new JsonTooComplex(`nests deeper than ${bounds.depth} levels`)
      } else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) depth -= 1
      else if (code === COLON) nodes += 1
      else if (code === COMMA) values += 1
    }
    if (nodes > bounds.nodes)
      throw new JsonTooComplex(`has more than ${bounds.nodes.toLocaleString('en')} keys, objects and arrays`)
    if (values > most) throw new JsonTooComplex(`has more than ${most.toLocaleString('en')} values`)
    from = quote < 0 ? text.length : endOfString(text, quote + 1)
  }
}

const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const COLON = 0x3a
const COMMA = 0x2c
const BACKSLASH = 0x5c

/** The index after the closing quote of the string that starts at `start`. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let escapes = 0
    while (quote - escapes > start && text.charCodeAt(quote - escapes - 1) === BACKSLASH) escapes += 1
    if (escapes % 2 === 0) return quote + 1
  }
  return text.length
}
