import { isUtf8 } from 'node:buffer'
import { type JsonBounds, parseBounded } from '../../core/boundedJson.ts'
import { ElysiaError } from '../../core/errors.ts'
import { parseLargeNumbers } from '../../core/exactJson.ts'
import type { JsonObject, StoredObject } from '../../core/object.ts'
import { cacheJson } from '../../core/properties/cachedJson.ts'
import { isRecord } from '../../core/value/record.ts'
import type { WholeNumbers } from '../../core/value/wholeNumbers.ts'
import { type LineBound, OBJECT_BOUNDS, OBJECT_LINE } from './bounds.ts'
import { isCanonicalText } from './canonicalText.ts'
import { requireFiniteVectors } from './finiteVectors.ts'
import { identityIn, identityUpTo, looksCanonical, vectorIn } from './identity.ts'
import { isAsWritten, LineWriter } from './lineWriter.ts'
import { objectOf } from './parse.ts'
import { timesText } from './text.ts'

const LF = 10

const MIB = 1024 * 1024

/** Cuts chunks of bytes at LF. Memory: one incomplete line. */
export class LineCutter {
  /** The bound for the next lines. */
  bound: LineBound
  #begun: Buffer[] = []
  #begunBytes = 0

  constructor(bound = OBJECT_LINE) {
    this.bound = bound
  }

  /** The incomplete last line; undefined if the last line ended. */
  rest(): Buffer | undefined {
    return this.#begun.length === 0 ? undefined : this.#whole(Buffer.alloc(0))
  }

  /** The lines that end in this chunk, without their LF. @throws ElysiaError if one is too long */
  *cut(chunk: Buffer): Generator<Buffer> {
    let from = 0
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, from)) {
      yield this.#whole(chunk.subarray(from, end))
      from = end + 1
    }
    if (from === chunk.length) return
    this.#begunBytes += chunk.length - from
    if (this.#begunBytes > this.bound.bytes) throw tooLong(this.bound)
    this.#begun.push(chunk.subarray(from))
  }

  #whole(end: Buffer): Buffer {
    if (this.#begun.length === 0) return end
    const line = Buffer.concat([...this.#begun, end])
    this.#begun = []
    this.#begunBytes = 0
    return line
  }
}

function tooLong({ bytes, what }: LineBound): ElysiaError {
  return new ElysiaError(
    'ELYSIA_DAMAGED',
    `a line is longer than ${bytes / MIB} MiB, which is too long for a ${what}`,
    {
      hint: 'elysiactl did not make it: do not trust it',
    },
  )
}

/** Parses the JSON of a line that is not an object's. @throws if it is not UTF-8 or not JSON, or exceeds `bounds` */
export function jsonOf(line: Buffer, bounds?: JsonBounds): unknown {
  return parseBounded(textOf(line), bounds)
}

/** An object, and the identity that its digest is made from, if available. */
export interface LineObject {
  readonly object: StoredObject
  /** Undefined if it has to be made from the object. Valid until the next line. */
  readonly identity: Buffer | undefined
}

const SCRATCH_BYTES = 64 * 1024

const scratch = new LineWriter(SCRATCH_BYTES)

/**
 * Parses the object of a line, with numbers in its class's data types. `anySpelling`: another program may have
 * written the line, so its identity has to be made from the parsed object; otherwise it is taken from the line, if
 * that looks canonical.
 * @throws if it is not UTF-8, not JSON or not an object
 */
export function objectIn(line: Buffer, { typed }: WholeNumbers, anySpelling: boolean): LineObject {
  const parsing = parsed(line)
  const { text, value, isCanonical } = parsing
  const object = objectOf(value, () =>
    typed((parseLargeNumbers(text) as JsonObject).properties as JsonObject),
  )
  const end = isCanonical && object.properties === value.properties ? propertiesEnd(text, object) : undefined
  if (end !== undefined) cacheJson(object.properties, text.slice(PROPERTIES_AT, end))
  if (!anySpelling) return { object, identity: isCanonical ? identityIn(line) : undefined }
  const identity = end === undefined ? undefined : spelledIdentity(line, parsing, end, object)
  if (identity !== undefined) return { object, identity }
  scratch.clear()
  return { object, identity: scratch.identity(object, value) }
}

interface ParsedLine {
  /** The line without the vector. */
  readonly text: string
  /** The parsed line; whether it is an object is checked later. */
  readonly value: Record<string, unknown>
  readonly isCanonical: boolean
  /** Where the removed vector ended. */
  readonly vectorEnd?: number
}

/**
 * A vector is most of a line. It is cut out before the line is decoded and parsed: both would copy it, and the
 * retained text would hold it as long as its object lives.
 */
function parsed(line: Buffer): ParsedLine {
  const vector = vectorIn(line)
  if (vector !== undefined) {
    const text = textOf(line.subarray(0, vector.before)) + line.toString('latin1', vector.behind)
    const value = parseBounded(text, OBJECT_BOUNDS)
    if (isRecord(value) && value.vector === undefined && value.vectors === undefined) {
      const isCanonical = looksCanonical(line, value)
      value.vector = vector.base64
      return { text, value, isCanonical, vectorEnd: vector.behind }
    }
  }
  const text = textOf(line)
  const value = parseBounded(text, OBJECT_BOUNDS) as Record<string, unknown>
  return { text, value, isCanonical: isRecord(value) && looksCanonical(line, value) }
}

const ID_AT = '{"id":"'.length
const HEAD = '","properties":'
const PROPERTIES_AT = ID_AT + 36 + HEAD.length

/**
 * Where the text of the properties ends in a line that looks canonical; undefined in another. With the vector cut
 * out, the position follows from the fields around it, without a search.
 */
function propertiesEnd(text: string, object: StoredObject): number | undefined {
  if (object.vectors !== undefined) return undefined
  const end = text.length - 1 - timesText(object).length
  const isOurs = text.startsWith(HEAD, PROPERTIES_AT - HEAD.length) && text[end - 1] === '}'
  return isOurs ? end : undefined
}

/**
 * The identity of a canonical line, from its bytes; undefined if anything is spelled differently. `end` is the end of
 * its properties. Making it from the object takes several times as long.
 * @throws ElysiaError ELYSIA_STORE for a vector with a number that is not finite
 */
function spelledIdentity(
  line: Buffer,
  { text, value, vectorEnd }: ParsedLine,
  end: number,
  object: StoredObject,
): Buffer | undefined {
  const tail = `${timesText(object)}}`
  if (!text.startsWith(object.id, ID_AT) || !text.startsWith(tail, end)) return undefined
  if (object.vector !== undefined) {
    const { vector } = value
    if (vectorEnd !== line.length - tail.length || typeof vector !== 'string' || !isAsWritten(vector))
      return undefined
    requireFiniteVectors(object)
  }
  if (!isCanonicalText(text, PROPERTIES_AT, end, object.properties)) return undefined
  return identityUpTo(line, line.length - tail.length)
}

function textOf(line: Buffer): string {
  if (!isUtf8(line)) throw new Error('is not UTF-8')
  return line.toString()
}
