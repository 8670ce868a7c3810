import type { Json, JsonObject } from '../../../core/object.ts'
import { shortestDecimal } from '../../../core/value/float32.ts'
import { intOf, type Reader, readMessage, readNested, wholeInt64, wholeIntOf } from './protobuf.ts'

/** How many objects one list of an answer may hold. */
const MAX_OBJECTS = 1_000_000

/**
 * Reads an entry of a Properties message; a null is left out.
 * @see https://github.com/weaviate/weaviate/blob/v1.39.0/grpc/proto/v1/properties.proto for the numbers of fields
 */
export function addProperty(reader: Reader, tag: number, properties: JsonObject): boolean {
  if (tag >>> 3 !== 1) return false
  const { name, value } = readMessage(reader, { name: '', value: null as Json }, takeEntry)
  if (value === null) return true
  setOwn(properties, name, value)
  return true
}

/** Sets an own property, whatever its name. */
export function setOwn<T>(into: Record<string, T>, name: string, value: T): void {
  if (name !== '__proto__') into[name] = value
  else Object.defineProperty(into, name, { value, enumerable: true, configurable: true, writable: true })
}

interface DecodedObject {
  value: Json
}

function takeEntry(reader: Reader, tag: number, entry: DecodedObject & { name: string }): boolean {
  const field = tag >>> 3
  if (field === 1) entry.name = reader.string()
  else if (field === 2) readMessage(reader, entry, takeValue)
  else return false
  return true
}

function takeValue(reader: Reader, tag: number, decoded: DecodedObject): boolean {
  switch (tag >>> 3) {
    case 1:
      decoded.value = reader.double()
      return true
    case 3:
      decoded.value = reader.bool()
      return true
    case 4:
      decoded.value = readNested(() => readMessage(reader, {}, addProperty))
      return true
    case 5:
      decoded.value = readMessage(reader, { items: [] }, takeList).items
      return true
    case 6: // a date
    case 7: // a uuid
    case 10: // a blob
    case 13: // a text
      decoded.value = reader.string()
      return true
    case 8:
      decoded.value = wholeIntOf(reader)
      return true
    case 9:
      decoded.value = geoOf(reader)
      return true
    case 11:
      decoded.value = readMessage(reader, noPhone(), takePhone)
      return true
    default:
      return false
  }
}

function takeList(reader: Reader, tag: number, list: { items: Json[] }): boolean {
  switch (tag >>> 3) {
    case 2:
      list.items = numbersOf(readMessage(reader, { bytes: new Uint8Array(0) }, takePacked).bytes)
      return true
    case 3:
      list.items = readMessage(reader, [], takeBool)
      return true
    case 4:
      list.items = readMessage(reader, [], takeObject)
      return true
    case 5: // dates
    case 6: // uuids
    case 8: // texts
      list.items = readMessage(reader, [], takeText)
      return true
    case 7:
      list.items = intsOf(readMessage(reader, { bytes: new Uint8Array(0) }, takePacked).bytes)
      return true
    default:
      return false
  }
}

function takePacked(reader: Reader, tag: number, packed: { bytes: Uint8Array }): boolean {
  if (tag >>> 3 !== 1) return false
  packed.bytes = reader.bytes()
  return true
}

function takeText(reader: Reader, tag: number, items: Json[]): boolean {
  if (tag >>> 3 !== 1) return false
  items.push(reader.string())
  return true
}

function takeObject(reader: Reader, tag: number, items: Json[]): boolean {
  if (tag >>> 3 !== 1) return false
  const count = items.push(readNested(() => readMessage(reader, {}, addProperty)))
  // Each takes at least two bytes, and thirty times that as an object.
  if (count > MAX_OBJECTS) throw new RangeError(`a list holds more than ${MAX_OBJECTS} objects`)
  return true
}

/** Servers pack them; a reader must accept single ones too. */
function takeBool(reader: Reader, tag: number, items: Json[]): boolean {
  if (tag >>> 3 !== 1) return false
  if ((tag & 7) !== 2) items.push(reader.bool())
  else for (let end = reader.uint32() + reader.pos; reader.pos < end; ) items.push(reader.bool())
  return true
}

function numbersOf(bytes: Uint8Array): number[] {
  const view = viewOf(bytes)
  return Array.from({ length: bytes.length >> 3 }, (_, index) => view.getFloat64(index * 8, true))
}

function intsOf(bytes: Uint8Array): Json[] {
  const view = viewOf(bytes)
  return Array.from({ length: bytes.length >> 3 }, (_, index) => wholeInt64(view, index * 8))
}

function viewOf(bytes: Uint8Array): DataView {
  if (bytes.length % 8 !== 0) throw new RangeError(`${bytes.length} bytes are not a list of numbers`)
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function geoOf(reader: Reader): Json {
  const { latitude, longitude } = readMessage(reader, { latitude: 0, longitude: 0 }, takeGeo)
  return { latitude: shortestDecimal(latitude), longitude: shortestDecimal(longitude) }
}

function takeGeo(reader: Reader, tag: number, geo: { latitude: number; longitude: number }): boolean {
  const field = tag >>> 3
  if (field === 1) geo.longitude = reader.float()
  else if (field === 2) geo.latitude = reader.float()
  else return false
  return true
}

const noPhone = () => ({
  countryCode: 0,
  defaultCountry: '',
  input: '',
  internationalFormatted: '',
  national: 0,
  nationalFormatted: '',
  valid: false,
})

function takePhone(reader: Reader, tag: number, phone: ReturnType<typeof noPhone>): boolean {
  const field = tag >>> 3
  if (field === 1) phone.countryCode = intOf(reader)
  else if (field === 2) phone.defaultCountry = reader.string()
  else if (field === 3) phone.input = reader.string()
  else if (field === 4) phone.internationalFormatted = reader.string()
  else if (field === 5) phone.national = intOf(reader)
  else if (field === 6) phone.nationalFormatted = reader.string()
  else if (field === 7) phone.valid = reader.bool()
  else return false
  return true
}
