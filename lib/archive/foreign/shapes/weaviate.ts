import type { Json, JsonObject } from '../../../core/object.ts'
import { isRecord } from '../../../core/value/record.ts'
import { recordsOf, requireRecord, without } from './fields.ts'
import type { Shape } from './shape.ts'
import { withUnnamedDefault } from './vectorFields.ts'

/** A page from Weaviate's REST interface: `GET /v1/objects`. */
function listedObjects(line: JsonObject): readonly JsonObject[] | undefined {
  return line.properties === undefined ? recordsOf(line.objects) : undefined
}

/** A GraphQL response: `{"data":{"Get":{CLASS:[…]}}}`. */
function queried(line: JsonObject): readonly JsonObject[] | undefined {
  const get = isRecord(line.data) ? line.data.Get : undefined
  if (!isRecord(get)) return undefined
  const classes = Object.entries(get)
  if (!classes.every(([, found]) => recordsOf(found) !== undefined)) return undefined
  return classes.flatMap(([name, found]) => recordsOf(found)!.map((record) => ({ ...record, [CLASS]: name })))
}

/** The field where we note the class of a GraphQL record. */
const CLASS = '_class'

/** True for a line of a rejects file of `col restore`. */
function isReject({ reason, object }: JsonObject): boolean {
  return reason !== undefined && isRecord(object)
}

/** Objects in the form of archives, REST and GraphQL. */
export const weaviate: Shape = {
  name: 'weaviate',
  id: 'id',
  matches: (line) =>
    (isRecord(line.properties) && line.uuid === undefined && !isRecord(line.vector)) ||
    isRecord(line._additional) ||
    isReject(line) ||
    (listedObjects(line) ?? queried(line)) !== undefined,
  records: () => (line) => listedObjects(line) ?? queried(line) ?? [line],
  reader: () => ({
    vectors: ['vector', 'vectors'],
    read: (record) => (isRecord(record._additional) ? ofGraphQl(record) : ofRest(record)),
  }),
}

function ofRest(record: JsonObject) {
  const { id, properties, vector, vectors, tenant, class: name } = record
  return {
    id,
    properties: requireRecord(properties, 'properties'),
    vector,
    ...(vectors !== undefined && { vectors: requireRecord(vectors, 'vectors') }),
    tenant,
    class: name,
    created: record.created_ms ?? record.creationTimeUnix,
    updated: record.updated_ms ?? record.lastUpdateTimeUnix,
  }
}

function ofGraphQl(record: JsonObject) {
  const more = requireRecord(record._additional, '_additional')
  return {
    id: more.id,
    properties: without(record, ['_additional', CLASS]),
    vector: more.vector,
    ...(isRecord(more.vectors) && { vectors: more.vectors }),
    tenant: more.tenant,
    class: record[CLASS],
    created: more.creationTimeUnix,
    updated: more.lastUpdateTimeUnix,
  }
}

/** Objects of Weaviate's Python client, written with `json.dumps`. */
export const pythonClient: Shape = {
  name: 'python-client',
  id: 'uuid',
  matches: (line) =>
    isRecord(line.properties) &&
    line.vectors === undefined &&
    (line.uuid !== undefined || (line.id !== undefined && isRecord(line.vector))),
  records: () => (line) => [line],
  reader: (sample) => clientReader('vector', sample),
}

/** Objects of Weaviate's TypeScript client, written with `JSON.stringify`. */
export const tsClient: Shape = {
  name: 'ts-client',
  id: 'uuid',
  matches: (line) => line.uuid !== undefined && isRecord(line.properties) && line.vectors !== undefined,
  records: () => (line) => [line],
  reader: (sample) => clientReader('vectors', sample),
}

function clientReader(
  field: 'vector' | 'vectors',
  sample: readonly JsonObject[],
): ReturnType<Shape['reader']> {
  const named = withUnnamedDefault(sample.map((record) => record[field]))
  return {
    vectors: [field],
    read: (record) => {
      const { uuid, id = uuid, metadata, references, collection } = record
      const properties = requireRecord(record.properties, 'properties')
      const vectors = record[field]
      const times = isRecord(metadata) ? metadata : {}
      return {
        id,
        properties: { ...properties, ...(isRecord(references) && linksOf(references)) },
        ...(isRecord(vectors) ? named(vectors) : { vector: vectors }),
        tenant: record.tenant,
        class: collection,
        created: times.creation_time ?? times.creationTime,
        updated: times.last_update_time ?? times.updateTime ?? times.lastUpdateTime,
      }
    },
  }
}

/** References of a client, which contain their target objects → beacons. */
function linksOf(references: JsonObject): JsonObject {
  const links = Object.entries(references).map(([name, found]): [string, Json] => {
    const objects = isRecord(found) ? recordsOf(found.objects) : recordsOf(found)
    return [name, (objects ?? []).map(({ uuid, collection }) => ({ beacon: beaconOf(uuid, collection) }))]
  })
  return Object.fromEntries(links)
}

function beaconOf(uuid: Json | undefined, collection: Json | undefined): string {
  const to = typeof collection === 'string' ? `${collection}/` : ''
  return `weaviate://localhost/${to}${uuid}`
}
