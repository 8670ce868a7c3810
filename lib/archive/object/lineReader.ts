import { isUtf8 } from 'node:buffer'
import { type JsonBounds, parseBounded } from '../../core/boundedJson.ts'
import { ElysiaError } from '../../core/errors.ts'
import { reparsed } from '../../core/exactJson.ts'
import { keepJson } from '../../core/knownJson.ts'
import type { JsonObject, StoredObject } from '../../core/object.ts'
import { isRecord } from '../../core/value/record.ts'
import type { WholeNumbers } from '../../core/value/wholeNumbers.ts'
import { type LineBound, OBJECT_BOUNDS, OBJECT_LINE } from './bounds.ts'
import { requireFiniteVectors } from './finiteVectors.ts'
import { identityIn, identityUpTo, looksCanonical, vectorIn } from './identity.ts'
import { isAsWritten, LineWriter } from './lineWriter.ts'
import { objectOf } from './parse.ts'
import { isSpelledSo } from './spelled.ts'
import { timesText } from './text.ts'

const LF = 10

const MIB = 1024 * 1024

/** Cuts chunks of bytes at LF. Memory: one line that has begun. */
export class LineCutter {
  /** Of the lines that are to come. */
  bound: LineBound
  #begun: Buffer[] = []
  #begunBytes = 0

  constructor(bound = OBJECT_LINE) {
    this.bound = bound
  }

  /** What has begun and did not end; undefined where the last line ended. */
  rest(): Buffer | undefined {
    return this.#begun.length === 0 ? undefined : this.#whole(Buffer.alloc(0))
  }

  /** The lines that end in this chunk, without their LF. @throws ElysiaError where one is too long */
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
  return new ElysiaError('ELYSIA_DAMAGED', `a line is longer than ${bytes / MIB} MiB, which no ${what} is`, {
    hint: 'elysiactl did not make it: do not trust it',
  })
}

/** The JSON of a line that is no object's. @throws where it is not UTF-8 or not JSON, or beyond `bounds` */
export function jsonOf(line: Buffer, bounds?: JsonBounds): unknown {
  return parseBounded(textOf(line), bounds)
}

/** An object, and what its digest is made of, where that is at hand. */
export interface LineObject {
  readonly object: StoredObject
  /** Undefined: to be made of the object. Good until the next line. */
  readonly identity: Buffer | undefined
}

const SCRATCH_BYTES = 64 * 1024

const scratch = new LineWriter(SCRATCH_BYTES)

/**
 * The object of a line, its numbers as its class has them. `anySpelling`: another program may have written the line, so
 * that its identity is not in it and is made of what it says; otherwise it is what stands in the line, if that looks so.
 * @throws where it is not UTF-8, not JSON or no object
 */
export function objectIn(line: Buffer, { typed }: WholeNumbers, anySpelling: boolean): LineObject {
  const parsing = parsed(line)
  const { text, value, isCanonical } = parsing
  const object = objectOf(value, () => typed((reparsed(text) as JsonObject).properties as JsonObject))
  const end = isCanonical && object.properties === value.properties ? propertiesEnd(text, object) : undefined
  if (end !== undefined) keepJson(object.properties, text.slice(PROPERTIES_AT, end))
  if (!anySpelling) return { object, identity: isCanonical ? identityIn(line) : undefined }
  const identity = end === undefined ? undefined : spelledIdentity(line, parsing, end, object)
  if (identity !== undefined) return { object, identity }
  scratch.clear()
  return { object, identity: scratch.identity(object, value) }
}

interface ParsedLine {
  /** Without the vector. */
  readonly text: string
  /** All of it; where it is no object, that is found out later. */
  readonly value: Record<string, unknown>
  readonly isCanonical: boolean
  /** Where the vector ended that was taken out. */
  readonly vectorEnd?: number
}

/**
 * A vector is most of a line. It is taken out before the line becomes a text and is parsed: it would be copied by both,
 * and the text that is kept would hold it for as long as its object lives.
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
 * Where the text of the properties ends in a line that looks as we write it; undefined where it does not. Its place follows from
 * what stands around it, once the vector is out: nothing is looked for.
 */
function propertiesEnd(text: string, object: StoredObject): number | undefined {
  if (object.vectors !== undefined) return undefined
  const end = text.length - 1 - timesText(object).length
  const isOurs = text.startsWith(HEAD, PROPERTIES_AT - HEAD.length) && text[end - 1] === '}'
  return isOurs ? end : undefined
}

/**
 * The identity of a line that is spelled as we write it, from its bytes; undefined where any of it is spelled otherwise. `end` is
 * that of its properties. To make it from the object takes several times as long.
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
  if (!isSpelledSo(text, PROPERTIES_AT, end, object.properties)) return undefined
  return identityUpTo(line, line.length - tail.length)
}

function textOf(line: Buffer): string {
  if (!isUtf8(line)) throw new Error('is not UTF-8')
  return line.toString()
}
