import { MAX_JSON_NODES, parseBounded } from '../core/boundedJson.ts'

/** The deepest nesting that is read: deeper than any file beside an archive. */
const MAX_DEPTH = 16

/**
 * Reads JSON from anywhere that is shallow by its nature: nesting costs many times its bytes once it is parsed.
 * @throws SyntaxError for what is no JSON, or nested deeper than 16
 */
export function shallowJson(text: string): unknown {
  return parseBounded(text, { depth: MAX_DEPTH, nodes: MAX_JSON_NODES })
}

/** A list of texts, none of them longer than a line. */
export function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string' && one.length <= 10_000)
}

/** A moment as ISO text. */
export function isTime(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(value) && !Number.isNaN(Date.parse(value))
}
