import type { Json, JsonObject, StoredObject, Vector } from '../../object.ts'
import { rowsOf, vectorOf } from './vectors.ts'
import type { SearchReply } from './wire.ts'

type Result = SearchReply['results'][number]
type Properties = NonNullable<NonNullable<Result['properties']>['nonRefProps']>
type Value = Properties['fields'][string]
type List = NonNullable<Value['listValue']>
type Named = NonNullable<Result['metadata']>['vectors'][number]

const MULTI = 2

/** An object of a search's answer: dates and uuids as texts, numbers as numbers, no nulls, no references. */
export function storedObject(result: Result, tenant: string | undefined): StoredObject {
  const { metadata, properties } = result
  const bytes = metadata?.vectorBytes
  const named = metadata?.vectors ?? []
  const { creationTimeUnixPresent, lastUpdateTimeUnixPresent } = metadata ?? {}
  return {
    id: metadata?.id ?? '',
    properties: propertiesOf(properties?.nonRefProps),
    ...(bytes === undefined || bytes.length === 0 ? {} : { vector: vectorOf(bytes) }),
    ...(named.length === 0 ? {} : { vectors: namedVectors(named) }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(creationTimeUnixPresent && { createdMs: Number(metadata?.creationTimeUnix) }),
    ...(lastUpdateTimeUnixPresent && { updatedMs: Number(metadata?.lastUpdateTimeUnix) }),
  }
}

/** A canonical uuid of its 16 bytes. */
export function uuidOf(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)]
  return parts.join('-')
}

function propertiesOf(properties: Properties | undefined): JsonObject {
  const object: JsonObject = {}
  for (const [name, value] of Object.entries(properties?.fields ?? {})) {
    const json = jsonOf(value)
    if (json !== null) object[name] = json
  }
  return object
}

function jsonOf(value: Value): Json {
  const { textValue, intValue, numberValue, boolValue, dateValue, uuidValue, blobValue } = value
  const plain = textValue ?? intValue ?? numberValue ?? boolValue ?? dateValue ?? uuidValue ?? blobValue
  if (plain !== undefined) return plain
  if (value.listValue !== undefined) return listOf(value.listValue)
  if (value.objectValue !== undefined) return propertiesOf(value.objectValue)
  if (value.geoValue !== undefined) return geoOf(value.geoValue)
  if (value.phoneValue !== undefined) return { ...value.phoneValue }
  return null
}

function listOf(list: List): Json[] {
  const { textValues, boolValues, dateValues, uuidValues, numberValues, intValues, objectValues } = list
  const plain = textValues ?? boolValues ?? dateValues ?? uuidValues
  if (plain !== undefined) return plain.values
  if (numberValues !== undefined) return numbersOf(numberValues.values)
  if (intValues !== undefined) return intsOf(intValues.values)
  return (objectValues?.values ?? []).map(propertiesOf)
}

function numbersOf(bytes: Uint8Array): number[] {
  const view = viewOf(bytes)
  return Array.from({ length: bytes.length >> 3 }, (_, index) => view.getFloat64(index * 8, true))
}

function intsOf(bytes: Uint8Array): number[] {
  const view = viewOf(bytes)
  return Array.from({ length: bytes.length >> 3 }, (_, index) => Number(view.getBigInt64(index * 8, true)))
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function geoOf({ latitude, longitude }: { latitude: number; longitude: number }): Json {
  return { latitude: shortest(latitude), longitude: shortest(longitude) }
}

/** The shortest decimal that is this float32: what was written, and what REST prints. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits))
    if (Math.fround(rounded) === value) return rounded
  }
  return value
}

function namedVectors(named: readonly Named[]): Record<string, Vector> {
  const vectors: Record<string, Vector> = {}
  for (const { name, type, vectorBytes } of named) {
    vectors[name] = type === MULTI ? rowsOf(vectorBytes) : vectorOf(vectorBytes)
  }
  return vectors
}
