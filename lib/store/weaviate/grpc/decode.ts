import type { ObjectDraft, StoredObject, Vector } from '../../../core/object.ts'
import { addProperty, setOwn } from './decodeValue.ts'
import { beginObject, intOf, malformedReply, type Reader, readerOf, readMessage } from './protobuf.ts'
import { rowsOf, vectorIn, vectorOf } from './vectors.ts'

const MULTI = 2
/** The field of a SearchReply with an object. */
const RESULT = 2

/** How many objects are decoded at once; they are processed and freed before the next ones. */
const OBJECTS_AT_ONCE = 128

/**
 * The objects of a SearchReply, some at a time: dates and uuids as texts, numbers as numbers, no nulls, no references.
 *
 * The client's generated code makes an array of numbers of each vector, which comes as bytes too, and three objects of
 * each value: it takes as long again as all else that a scan costs on this side.
 * @throws MalformedReply if the bytes are no such message, InexactInt
 * @see https://github.com/weaviate/weaviate/blob/v1.39.0/grpc/proto/v1/search_get.proto for the numbers of fields
 */
export function* objectsOf(reply: Buffer, tenant: string | undefined): Generator<StoredObject[]> {
  const reader = readerOf(reply)
  while (reader.pos < reader.len) {
    const objects = some(reader, tenant)
    if (objects.length > 0) yield objects
  }
}

function some(reader: Reader, tenant: string | undefined): StoredObject[] {
  const objects: StoredObject[] = []
  try {
    while (reader.pos < reader.len && objects.length < OBJECTS_AT_ONCE) {
      const tag = reader.uint32()
      if (tag >>> 3 !== RESULT) {
        reader.skipType(tag & 7)
        continue
      }
      beginObject()
      const object = readMessage<ObjectDraft>(reader, { id: '', properties: {} }, takeResult)
      if (tenant !== undefined) object.tenant = tenant
      objects.push(object)
    }
  } catch (thrown) {
    throw malformedReply(thrown)
  }
  return objects
}

/** How many objects a page holds, and the id of the last. */
export interface PageExtent {
  readonly count: number
  readonly lastId: string
}

/**
 * The number of objects in a SearchReply and the id of the last; no other field is read.
 * @throws MalformedReply
 */
export function extentOf(reply: Buffer): PageExtent {
  try {
    return measured(readerOf(reply))
  } catch (thrown) {
    throw malformedReply(thrown)
  }
}

function measured(reader: Reader): PageExtent {
  let [count, last] = [0, 0]
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag >>> 3 === RESULT) {
      count += 1
      last = reader.pos
    }
    reader.skipType(tag & 7)
  }
  if (count === 0) return { count, lastId: '' }
  reader.pos = last
  return { count, lastId: readMessage(reader, { id: '' }, takeIdOfResult).id }
}

function takeIdOfResult(reader: Reader, tag: number, into: { id: string }): boolean {
  if (tag >>> 3 !== 2) return false
  readMessage(reader, into, takeId)
  return true
}

function takeId(reader: Reader, tag: number, into: { id: string }): boolean {
  if (tag >>> 3 !== 1) return false
  into.id = reader.string()
  return true
}

/** A canonical uuid from its 16 bytes; a server of 1.27 omits leading zero bytes. */
export function uuidOf(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex').padStart(32, '0')
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)]
  return parts.join('-')
}

function takeResult(reader: Reader, tag: number, object: ObjectDraft): boolean {
  const field = tag >>> 3
  if (field === 1) readMessage(reader, object, takeProperties)
  else if (field === 2) addMetadata(reader, object)
  else return false
  return true
}

/** The properties of a PropertiesResult that are no references. */
function takeProperties(reader: Reader, tag: number, object: ObjectDraft): boolean {
  if (tag >>> 3 !== 11) return false
  readMessage(reader, object.properties, addProperty)
  return true
}

function addMetadata(reader: Reader, object: ObjectDraft): void {
  const times = readMessage(
    reader,
    { object, created: 0, hasCreated: false, updated: 0, hasUpdated: false },
    takeMetadata,
  )
  if (times.hasCreated) object.createdMs = times.created
  if (times.hasUpdated) object.updatedMs = times.updated
}

interface Metadata {
  readonly object: ObjectDraft
  created: number
  hasCreated: boolean
  updated: number
  hasUpdated: boolean
}

function takeMetadata(reader: Reader, tag: number, into: Metadata): boolean {
  switch (tag >>> 3) {
    case 1:
      into.object.id = reader.string()
      return true
    case 3:
      into.created = intOf(reader)
      return true
    case 4:
      into.hasCreated = reader.bool()
      return true
    case 5:
      into.updated = intOf(reader)
      return true
    case 6:
      into.hasUpdated = reader.bool()
      return true
    case 19:
      addVector(reader, into.object)
      return true
    case 23:
      addNamed(reader, into.object)
      return true
    default:
      return false
  }
}

function addVector(reader: Reader, object: ObjectDraft): void {
  const length = reader.uint32()
  const start = reader.pos
  reader.skip(length)
  if (length > 0) object.vector = vectorIn(reader.buf as Buffer, start, reader.pos)
}

function addNamed(reader: Reader, object: ObjectDraft): void {
  const { name, bytes, type } = readMessage(
    reader,
    { name: '', bytes: new Uint8Array(0), type: 0 },
    takeNamed,
  )
  // A server of 1.27 also names vectors that the object does not have.
  if (bytes.length === 0) return
  const vector: Vector = type === MULTI ? rowsOf(bytes) : vectorOf(bytes)
  const vectors: Record<string, Vector> = object.vectors ?? {}
  setOwn(vectors, name, vector)
  object.vectors = vectors
}

function takeNamed(
  reader: Reader,
  tag: number,
  named: { name: string; bytes: Uint8Array; type: number },
): boolean {
  const field = tag >>> 3
  if (field === 1) named.name = reader.string()
  else if (field === 3) named.bytes = reader.bytes()
  else if (field === 4) named.type = reader.int32()
  else return false
  return true
}
