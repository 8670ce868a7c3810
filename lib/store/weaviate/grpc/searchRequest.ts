import { writeBool, writeFlag, writeMessage, writeNumber, writeText, writeTexts } from './fields.ts'
import { writeFilters } from './filters.ts'
import type { MetadataRequest, PropertiesRequest, SearchQuery } from './messages.ts'
import { Writer } from './writer.ts'

/**
 * The bytes of a SearchRequest.
 * @see https://github.com/weaviate/weaviate/blob/v1.39.0/grpc/proto/v1/search_get.proto for the numbers of fields
 */
export function searchRequest(fetch: SearchQuery): Uint8Array {
  const writer = new Writer()
  writeText(writer, 1, fetch.collection)
  if (fetch.tenant !== '') writeText(writer, 10, fetch.tenant)
  if (fetch.consistencyLevel !== undefined) writeNumber(writer, 11, fetch.consistencyLevel)
  writeMessage(writer, 20, () => writeProperties(writer, fetch.properties))
  writeMessage(writer, 21, () => writeMetadata(writer, fetch.metadata))
  writeNumber(writer, 30, fetch.limit)
  if (fetch.after !== '') writeText(writer, 33, fetch.after)
  if (fetch.sortById === true) writeMessage(writer, 34, () => writeSortById(writer))
  if (fetch.filters !== undefined) writeMessage(writer, 40, () => writeFilters(writer, fetch.filters!))
  // Requests answers in the forms of 1.23, 1.25 and 1.27, the newest.
  for (const form of [100, 101, 102]) writeFlag(writer, form, true)
  return writer.finish()
}

function writeSortById(writer: Writer): void {
  writeBool(writer, 1, true)
  writeText(writer, 2, '_id')
}

function writeProperties(writer: Writer, { nonRefProperties, objectProperties }: PropertiesRequest): void {
  writeTexts(writer, 1, nonRefProperties)
  for (const property of objectProperties)
    writeMessage(writer, 3, () => writeObjectProperties(writer, property))
}

type ObjectProperties = PropertiesRequest['objectProperties'][number]

function writeObjectProperties(writer: Writer, property: ObjectProperties): void {
  writeText(writer, 1, property.propName)
  writeTexts(writer, 2, property.primitiveProperties)
  for (const deeper of property.objectProperties)
    writeMessage(writer, 3, () => writeObjectProperties(writer, deeper))
}

function writeMetadata(writer: Writer, metadata: MetadataRequest): void {
  writeFlag(writer, 1, metadata.uuid)
  writeFlag(writer, 2, metadata.vector)
  writeFlag(writer, 3, metadata.creationTimeUnix)
  writeFlag(writer, 4, metadata.lastUpdateTimeUnix)
  writeTexts(writer, 10, metadata.vectors)
}
