import { Transform } from 'node:stream'
import { JsonTooComplex, parseBounded } from '../core/boundedJson.ts'
import { messageOf } from '../core/errors.ts'
import { isLarge, parseLargeNumbers } from '../core/exactJson.ts'
import type { Line } from '../core/line.ts'
import type { Json, JsonObject } from '../core/object.ts'
import { makeReject, Reject } from '../core/reject.ts'
import type { Stage } from '../core/stage.ts'
import { isRecord } from '../core/value/record.ts'
import { RECORD_STAGE } from './recordStage.ts'

/** A line and its JSON object. */
export interface ParsedLine extends Line {
  readonly value: JsonObject
}

/**
 * `Line` → `Parsed`, or `Reject` (`not_json`, `too_complex`, `not_object`, `invalid_value`), one a chunk, in order;
 * `Reject`s pass. Memory: two records. Refuses a key `__proto__` at any depth, because copying such an object by
 * assignment would change the copy's prototype. Of a duplicate key the last one counts, as in `JSON.parse`. A whole
 * number beyond ±(2^53 - 1) is a bigint. @see parseExact
 */
export function parseJson(): Stage<Line | Reject, ParsedLine | Reject> {
  return new Transform({
    ...RECORD_STAGE,
    transform(item: Line | Reject, _encoding, done) {
      done(null, parseLine(item))
    },
  })
}

/** The result of `parseJson` for one chunk. */
export function parseLine(item: Line | Reject): ParsedLine | Reject {
  if (item instanceof Reject) return item
  let value: Json
  try {
    value = parseBounded(item.text) as Json
  } catch (thrown) {
    if (thrown instanceof JsonTooComplex) return makeReject(item, 'too_complex', `it ${thrown.message}`)
    return makeReject(item, 'not_json', `not JSON: ${messageOf(thrown)}`)
  }
  if (!isRecord(value)) return makeReject(item, 'not_object', `not a JSON object but ${nameOf(value)}`)
  const finding = lookInto(value)
  if (finding === PROTO) return makeReject(item, 'invalid_value', 'a key named __proto__ is not accepted')
  const { line, end, text } = item
  return finding === LARGE ? exactly(item) : { line, end, text, value }
}

/** The same line with large numbers as they are written. */
function exactly(item: Line): ParsedLine | Reject {
  try {
    return {
      line: item.line,
      end: item.end,
      text: item.text,
      value: parseLargeNumbers(item.text) as JsonObject,
    }
  } catch (thrown) {
    const reason = `holds a large number, and is nested too deep to keep it exact: ${messageOf(thrown)}`
    return makeReject(item, 'invalid_value', reason)
  }
}

function nameOf(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  return `a ${typeof value}`
}

const PROTO = 'proto'
const LARGE = 'large'

/**
 * Searches every depth for a key `__proto__`, or a number that may have been rounded, with an explicit stack, so that
 * deep nesting cannot overflow the call stack. Walking the value takes 90 ns for a record of 750 bytes; searching its
 * text for the key takes 270.
 */
function lookInto(root: JsonObject): typeof PROTO | typeof LARGE | undefined {
  const open: (JsonObject | Json[])[] = [root]
  let large = false
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (Object.hasOwn(value, '__proto__')) return PROTO
    const inner = Array.isArray(value) ? value : Object.values(value)
    for (let at = 0; at < inner.length; at++) {
      const part = inner[at]
      if (typeof part === 'number') large ||= isLarge(part)
      else if (typeof part === 'object' && part !== null) open.push(part)
    }
  }
  return large ? LARGE : undefined
}
