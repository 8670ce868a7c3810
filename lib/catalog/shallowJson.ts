import { MAX_JSON_NODES, parseBounded } from '../core/boundedJson.ts'

/** The maximum depth: deeper than any file beside an archive. */
const MAX_DEPTH = 16

/**
 * Reads untrusted JSON that is shallow by nature: deep nesting takes many times its bytes once parsed.
 * @throws SyntaxError for invalid JSON, or nesting deeper than 16
 */
export function shallowJson(text: string): unknown {
  return parseBounded(text, { depth: MAX_DEPTH, nodes: MAX_JSON_NODES })
}

/** True for a list of texts, each no longer than a line. */
export function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string' && one.length <= 10_000)
}

/** True for a moment as ISO text. */
export function isTime(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(value) && !Number.isNaN(Date.parse(value))
}
