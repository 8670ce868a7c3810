import { Refusal, refusalOf } from '../fault/refusal.ts'
import { maybeUuid } from './uuid.ts'

/** QUERY_MAXIMUM_RESULTS and QUERY_DEFAULTS_LIMIT of a server that was told nothing. */
export const MAXIMUM_RESULTS = 10_000
export const DEFAULT_LIMIT = 10

/** Does the work, with the server's words before those of a refusal. */
export function prefixed<T>(words: string | ((text: string) => string), work: () => T): T {
  let done: T | undefined
  const text = refusalOf(() => {
    done = work()
  })
  if (text !== undefined) throw new Refusal((typeof words === 'string' ? words : words(text)) + text)
  return done as T
}

/** Throws where a page would reach beyond what one query may return. */
export function checkLimit(offset: number, limit: number): void {
  if (offset + limit <= MAXIMUM_RESULTS) return
  throw new Refusal(
    `query maximum results exceeded: the total limit calculated from the provided offset '${offset}' ` +
      `and limit '${limit}' exceeds the configured value for QUERY_MAXIMUM_RESULTS '${MAXIMUM_RESULTS}'. ` +
      "If you've supplied a negative offset or limit, this may be an underflow error",
  )
}

/** Throws where `after` stands beside something that it cannot stand beside, or is not a UUID. */
export function checkAfter(after: string, offset: number, others: Record<string, boolean> = {}): void {
  const clash = Object.keys(others).find((name) => others[name]) ?? (offset > 0 ? 'offset' : undefined)
  if (clash !== undefined) throw new Refusal(`${clash} cannot be set with after and limit parameters`)
  if (maybeUuid(after) !== undefined) return
  const why = after.length === 36 ? 'format' : `length: ${after.length}`
  throw new Refusal(`after parameter '${after}' is not a valid uuid: invalid UUID ${why}`)
}
