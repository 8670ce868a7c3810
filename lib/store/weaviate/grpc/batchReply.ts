import { uuidOf } from './decode.ts'
import type { BatchRefusal, DeletionOutcome, DeletionReply } from './messages.ts'
import { intOf, malformedReply, type Reader, readerOf, readMessage } from './protobuf.ts'

/** How many bytes of a text are read; a server's own messages are shorter. */
const MAX_TEXT_BYTES = 8192

/**
 * The refusals in a BatchObjectsReply: at most `most` and one more, which shows that there are too many. Long texts
 * are cut.
 * @throws MalformedReply
 */
export function refusalsIn(reply: Buffer, most: number): BatchRefusal[] {
  const refusals: BatchRefusal[] = []
  fields(reply, (reader, tag) => {
    if (tag >>> 3 !== 2 || refusals.length > most) return false
    refusals.push(readMessage(reader, { index: 0, error: '' }, takeRefusal))
    return true
  })
  return refusals
}

/**
 * The content of a BatchDeleteReply; its objects are bounded as the refusals of `refusalsIn` are.
 * @throws MalformedReply
 */
export function deletionsIn(reply: Buffer, most: number): DeletionReply {
  const objects: DeletionOutcome[] = []
  const counts = { matches: 0, successful: 0, failed: 0 }
  fields(reply, (reader, tag) => {
    const field = tag >>> 3
    if (field === 2) counts.failed = intOf(reader)
    else if (field === 3) counts.matches = intOf(reader)
    else if (field === 4) counts.successful = intOf(reader)
    else if (field === 5 && objects.length <= most)
      objects.push(
        readMessage(reader, { id: uuidOf(new Uint8Array(0)), successful: false, error: '' }, takeDeleted),
      )
    else return false
    return true
  })
  return { ...counts, objects }
}

/** The count in an AggregateReply; undefined if there is none. @throws MalformedReply */
export function countIn(reply: Buffer): number | undefined {
  const found: { count?: number } = {}
  fields(reply, (reader, tag) => {
    if (tag >>> 3 !== 2) return false
    readMessage(reader, found, takeCount)
    return true
  })
  return found.count
}

/** Reads the fields of a reply; `take` returns false for a field to skip. */
function fields(reply: Buffer, take: (reader: Reader, tag: number) => boolean): void {
  const reader = readerOf(reply)
  try {
    while (reader.pos < reader.len) {
      const tag = reader.uint32()
      if (!take(reader, tag)) reader.skipType(tag & 7)
    }
  } catch (thrown) {
    throw malformedReply(thrown)
  }
}

function takeRefusal(reader: Reader, tag: number, into: { index: number; error: string }): boolean {
  if (tag >>> 3 === 1) into.index = reader.int32()
  else if (tag >>> 3 === 2) into.error = beginningOfText(reader)
  else return false
  return true
}

function takeDeleted(
  reader: Reader,
  tag: number,
  into: { id: string; successful: boolean; error: string },
): boolean {
  if (tag >>> 3 === 1) into.id = uuidOf(bytesOf(reader))
  else if (tag >>> 3 === 2) into.successful = reader.bool()
  else if (tag >>> 3 === 3) into.error = beginningOfText(reader)
  else return false
  return true
}

function takeCount(reader: Reader, tag: number, into: { count?: number }): boolean {
  if (tag >>> 3 !== 1) return false
  into.count = intOf(reader)
  return true
}

function beginningOfText(reader: Reader): string {
  const length = reader.uint32()
  const start = reader.pos
  reader.skip(length)
  return Buffer.from(reader.buf.subarray(start, start + Math.min(length, MAX_TEXT_BYTES))).toString()
}

/** The bytes of an id. @throws RangeError if there are more than an id has */
function bytesOf(reader: Reader): Uint8Array {
  const length = reader.uint32()
  if (length > 16) throw new RangeError(`an id of ${length} bytes`)
  const start = reader.pos
  reader.skip(length)
  return reader.buf.subarray(start, start + length)
}
