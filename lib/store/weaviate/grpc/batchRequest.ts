import type { Json, JsonObject } from '../../../core/object.ts'
import { bool, bytes, double, inside, number, text, texts } from './fields.ts'
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
  for (const object of objects) inside(writer, 1, () => writeObject(writer, object))
  return writer.finish()
}

export interface Deletion {
  readonly collection: string
  readonly tenant: string
  readonly filters: Filters
}

/** The bytes of a BatchDeleteRequest whose answer names the objects that existed. */
export function batchDeleteRequest({ collection, tenant, filters }: Deletion): Uint8Array {
  const writer = new Writer()
  text(writer, 1, collection)
  inside(writer, 2, () => writeFilters(writer, filters))
  bool(writer, 3, true)
  if (tenant !== '') text(writer, 6, tenant)
  return writer.finish()
}

/** The bytes of an AggregateRequest for the number of objects only. */
export function countRequest({ collection, tenant, filters }: CountRequest): Uint8Array {
  const writer = new Writer()
  text(writer, 1, collection)
  if (tenant !== '') text(writer, 10, tenant)
  bool(writer, 20, true)
  if (filters !== undefined) inside(writer, 40, () => writeFilters(writer, filters))
  return writer.finish()
}

function writeObject(writer: Writer, object: BatchObject): void {
  text(writer, 1, object.uuid)
  if (object.properties !== undefined) inside(writer, 3, () => writeProperties(writer, object.properties!))
  text(writer, 4, object.collection)
  if (object.tenant !== '') text(writer, 5, object.tenant)
  if (object.vectorBytes.length > 0) bytes(writer, 6, object.vectorBytes)
  for (const { name, vectorBytes, type } of object.vectors) {
    inside(writer, 23, () => {
      text(writer, 1, name)
      bytes(writer, 3, vectorBytes)
      number(writer, 4, type)
    })
  }
}

function writeProperties(writer: Writer, properties: NonNullable<BatchObject['properties']>): void {
  inside(writer, 1, () => writeStruct(writer, properties.nonRefProperties as JsonObject))
  for (const { propName, valuesBytes } of properties.numberArrayProperties) {
    inside(writer, 4, () => {
      text(writer, 2, propName)
      bytes(writer, 3, valuesBytes)
    })
  }
  for (const { propName, values } of properties.textArrayProperties) {
    inside(writer, 6, () => {
      texts(writer, 1, values)
      text(writer, 2, propName)
    })
  }
  for (const { propName, values } of properties.booleanArrayProperties) {
    inside(writer, 7, () => {
      inside(writer, 1, () => {
        for (const value of values) writer.bool(value)
      })
      text(writer, 2, propName)
    })
  }
  texts(writer, 10, properties.emptyListProps)
}

/** @see https://protobuf.dev/reference/protobuf/google.protobuf/#struct */
function writeStruct(writer: Writer, struct: JsonObject): void {
  for (const key in struct) {
    inside(writer, 1, () => {
      text(writer, 1, key)
      inside(writer, 2, () => writeValue(writer, struct[key]!))
    })
  }
}

function writeValue(writer: Writer, value: Json): void {
  if (value === null) number(writer, 1, 0)
  else if (typeof value === 'string') text(writer, 3, value)
  else if (typeof value === 'boolean') bool(writer, 4, value)
  else if (typeof value !== 'object') double(writer, 2, Number(value))
  else if (!Array.isArray(value)) inside(writer, 5, () => writeStruct(writer, value))
  else {
    inside(writer, 6, () => {
      for (const item of value) inside(writer, 1, () => writeValue(writer, item))
    })
  }
}
