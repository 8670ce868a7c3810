/** Deeper than any record, object or schema; V8's own JSON.stringify and our walks need a stack that holds it. */
export const MAX_JSON_DEPTH = 500

/** More keys, objects and arrays than a line, object or document needs: about 200 MB once they are parsed. */
export const MAX_JSON_NODES = 2_000_000

/** More values than a line, object or document needs: one of few characters takes up to 70 bytes while it is worked on. */
export const MAX_JSON_VALUES = 8_000_000

/** No shorter text nests too deep: each level opens and closes. */
const UNSUSPICIOUS_CHARS = 2 * MAX_JSON_DEPTH

/** What JSON costs before it is parsed: how deep it nests, how many keys, objects and arrays it has, and how many values. */
export interface JsonBounds {
  readonly depth: number
  readonly nodes: number
  /** Commas: values beside others. 8,000,000. */
  readonly values?: number
}

const BOUNDS: JsonBounds = { depth: MAX_JSON_DEPTH, nodes: MAX_JSON_NODES }

/** JSON that would take many times its own length once it is parsed. */
export class JsonTooComplex extends SyntaxError {}

/**
 * Parses foreign JSON that may not cost more memory than about ten times the longest text that is let in: `[` × 60 MiB
 * would take 2.8 GB. Its strings are passed over by a search for their ends, so that it costs next to nothing beside
 * JSON.parse; a text of fewer than 1,000 characters is parsed as it is.
 * @throws JsonTooComplex; SyntaxError where it is no JSON
 */
export function parseBounded(text: string, bounds: JsonBounds = BOUNDS): unknown {
  requireBounded(text, bounds)
  return JSON.parse(text)
}

/** @throws JsonTooComplex where a text nests deeper than `bounds` or has more nodes. @see parseBounded */
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

/** The index behind the quote that ends a string, which begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let escapes = 0
    while (quote - escapes > start && text.charCodeAt(quote - escapes - 1) === BACKSLASH) escapes += 1
    if (escapes % 2 === 0) return quote + 1
  }
  return text.length
}
