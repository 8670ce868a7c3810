import { bool, flag, inside, number, text, texts } from './fields.ts'
import { writeFilters } from './filters.ts'
import type { Fetch, MetadataRequest, PropertiesRequest } from './messages.ts'
import { Writer } from './writer.ts'

/**
 * The bytes of a SearchRequest.
 * @see https://github.com/weaviate/weaviate/blob/v1.39.0/grpc/proto/v1/search_get.proto for the numbers of fields
 */
export function searchRequest(fetch: Fetch): Uint8Array {
  const writer = new Writer()
  text(writer, 1, fetch.collection)
  if (fetch.tenant !== '') text(writer, 10, fetch.tenant)
  if (fetch.consistencyLevel !== undefined) number(writer, 11, fetch.consistencyLevel)
  inside(writer, 20, () => writeProperties(writer, fetch.properties))
  inside(writer, 21, () => writeMetadata(writer, fetch.metadata))
  number(writer, 30, fetch.limit)
  if (fetch.after !== '') text(writer, 33, fetch.after)
  if (fetch.sortById === true) inside(writer, 34, () => writeSortById(writer))
  if (fetch.filters !== undefined) inside(writer, 40, () => writeFilters(writer, fetch.filters!))
  // Requests answers in the forms of 1.23, 1.25 and 1.27, the newest.
  for (const form of [100, 101, 102]) flag(writer, form, true)
  return writer.finish()
}

function writeSortById(writer: Writer): void {
  bool(writer, 1, true)
  text(writer, 2, '_id')
}

function writeProperties(writer: Writer, { nonRefProperties, objectProperties }: PropertiesRequest): void {
  texts(writer, 1, nonRefProperties)
  for (const property of objectProperties) inside(writer, 3, () => writeObjectProperties(writer, property))
}

type ObjectProperties = PropertiesRequest['objectProperties'][number]

function writeObjectProperties(writer: Writer, property: ObjectProperties): void {
  text(writer, 1, property.propName)
  texts(writer, 2, property.primitiveProperties)
  for (const deeper of property.objectProperties)
    inside(writer, 3, () => writeObjectProperties(writer, deeper))
}

function writeMetadata(writer: Writer, metadata: MetadataRequest): void {
  flag(writer, 1, metadata.uuid)
  flag(writer, 2, metadata.vector)
  flag(writer, 3, metadata.creationTimeUnix)
  flag(writer, 4, metadata.lastUpdateTimeUnix)
  texts(writer, 10, metadata.vectors)
}
