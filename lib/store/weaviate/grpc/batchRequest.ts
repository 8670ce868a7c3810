import type { Json, JsonObject } from '../../../core/object.ts'
import {
  writeBool,
  writeBytes,
  writeDouble,
  writeMessage,
  writeNumber,
  writeText,
  writeTexts,
} from './fields.ts'
import { writeFilters } from './filters.ts'
import type { BatchObject, CountRequest, Filters } from './messages.ts'
import { Writer } from './writer.ts'

/**
 * Requests other than searches: the client's own types, as far as `encode.ts` fills them.
 * @see https://github.com/weaviate/weaviate/blob/v1.39.0/grpc/proto/v1/batch.proto for the numbers of fields
 */

/** The bytes of a BatchObjectsRequest. */
export function batchObjectsRequest(objects: readonly BatchObject[]): Uint8Array {
  const writer = new Writer()
  for (const object of objects) writeMessage(writer, 1, () => writeObject(writer, object))
  return writer.finish()
}

/** A deletion of the objects of one tenant that match filters; the tenant is `''` if the class has none. */
export interface Deletion {
  readonly collection: string
  readonly tenant: string
  readonly filters: Filters
}

/** The bytes of a BatchDeleteRequest whose answer names the objects that existed. */
export function batchDeleteRequest({ collection, tenant, filters }: Deletion): Uint8Array {
  const writer = new Writer()
  writeText(writer, 1, collection)
  writeMessage(writer, 2, () => writeFilters(writer, filters))
  writeBool(writer, 3, true)
  if (tenant !== '') writeText(writer, 6, tenant)
  return writer.finish()
}

/** The bytes of an AggregateRequest for the number of objects only. */
export function countRequest({ collection, tenant, filters }: CountRequest): Uint8Array {
  const writer = new Writer()
  writeText(writer, 1, collection)
  if (tenant !== '') writeText(writer, 10, tenant)
  writeBool(writer, 20, true)
  if (filters !== undefined) writeMessage(writer, 40, () => writeFilters(writer, filters))
  return writer.finish()
}

function writeObject(writer: Writer, object: BatchObject): void {
  writeText(writer, 1, object.uuid)
  if (object.properties !== undefined)
    writeMessage(writer, 3, () => writeProperties(writer, object.properties!))
  writeText(writer, 4, object.collection)
  if (object.tenant !== '') writeText(writer, 5, object.tenant)
  if (object.vectorBytes.length > 0) writeBytes(writer, 6, object.vectorBytes)
  for (const { name, vectorBytes, type } of object.vectors) {
    writeMessage(writer, 23, () => {
      writeText(writer, 1, name)
      writeBytes(writer, 3, vectorBytes)
      writeNumber(writer, 4, type)
    })
  }
}

function writeProperties(writer: Writer, properties: NonNullable<BatchObject['properties']>): void {
  writeMessage(writer, 1, () => writeStruct(writer, properties.nonRefProperties as JsonObject))
  for (const { propName, valuesBytes } of properties.numberArrayProperties) {
    writeMessage(writer, 4, () => {
      writeText(writer, 2, propName)
      writeBytes(writer, 3, valuesBytes)
    })
  }
  for (const { propName, values } of properties.textArrayProperties) {
    writeMessage(writer, 6, () => {
      writeTexts(writer, 1, values)
      writeText(writer, 2, propName)
    })
  }
  for (const { propName, values } of properties.booleanArrayProperties) {
    writeMessage(writer, 7, () => {
      writeMessage(writer, 1, () => {
        for (const value of values) writer.bool(value)
      })
      writeText(writer, 2, propName)
    })
  }
  writeTexts(writer, 10, properties.emptyListProps)
}

/** @see https://protobuf.dev/reference/protobuf/google.protobuf/#struct */
function writeStruct(writer: Writer, struct: JsonObject): void {
  for (const key in struct) {
    writeMessage(writer, 1, () => {
      writeText(writer, 1, key)
      writeMessage(writer, 2, () => writeValue(writer, struct[key]!))
    })
  }
}

function writeValue(writer: Writer, value: Json): void {
  if (value === null) writeNumber(writer, 1, 0)
  else if (typeof value === 'string') writeText(writer, 3, value)
  else if (typeof value === 'boolean') writeBool(writer, 4, value)
  else if (typeof value !== 'object') writeDouble(writer, 2, Number(value))
  else if (!Array.isArray(value)) writeMessage(writer, 5, () => writeStruct(writer, value))
  else {
    writeMessage(writer, 6, () => {
      for (const item of value) writeMessage(writer, 1, () => writeValue(writer, item))
    })
  }
}
