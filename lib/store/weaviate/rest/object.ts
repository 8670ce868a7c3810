import type { Json, JsonObject, StoredObject, Vector } from '../../../core/object.ts'
import { filledVector } from '../../../core/value/float32.ts'
import { isRecord } from '../../../core/value/record.ts'
import type { Projection } from '../../store.ts'
import { MalformedReply } from '../grpc/protobuf.ts'
import type { Layout } from '../schema/layout.ts'

/**
 * The requested parts of an object from `GET /v1/objects`; only the beacon of a reference, not the path beside it.
 * @throws MalformedReply if it is not an object
 */
export function objectOf(
  raw: JsonObject,
  layout: Layout,
  projection: Projection,
  tenant: string | undefined,
): StoredObject {
  const { id, properties, creationTimeUnix: created, lastUpdateTimeUnix: updated } = raw
  if (typeof id !== 'string') throw new MalformedReply('an object has no id')
  const vector = projection.vectors ? floatsOf(raw.vector ?? []) : NONE
  const vectors = projection.vectors ? Object.entries(recordOf(raw.vectors, 'vectors')) : []
  return {
    id,
    properties: propertiesOf(recordOf(properties, 'properties'), layout, projection),
    ...(vector.length === 0 ? {} : { vector }),
    ...(vectors.length === 0 ? {} : { vectors: Object.fromEntries(vectors.map(named)) }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(projection.times && { createdMs: timeOf(created), updatedMs: timeOf(updated) }),
  }
}

const NONE = new Float32Array(0)

function recordOf(value: Json | undefined, name: string): JsonObject {
  if (value === undefined || value === null) return {}
  if (!isRecord(value)) throw new MalformedReply(`the ${name} of an object are not valid`)
  return value
}

function timeOf(value: Json | undefined): number {
  if (typeof value === 'number') return value
  throw new MalformedReply('an object has no time')
}

function propertiesOf(raw: JsonObject, layout: Layout, projection: Projection): JsonObject {
  const wanted = projection.properties === 'all' ? undefined : new Set(projection.properties)
  const properties: JsonObject = {}
  for (const [name, value] of Object.entries(raw)) {
    if (value === null) continue
    if (layout.references.has(name)) {
      if (projection.references) properties[name] = beaconsOf(value)
    } else if (wanted === undefined || wanted.has(name)) properties[name] = value
  }
  return layout.numbers.ofDoubles(properties)
}

function beaconsOf(value: Json): Json {
  return Array.isArray(value)
    ? value.map((one) => ({ beacon: isRecord(one) ? (one.beacon ?? '') : '' }))
    : value
}

function named([name, value]: [string, Json]): [string, Vector] {
  if (Array.isArray(value) && Array.isArray(value[0])) return [name, value.map(floatsOf)]
  return [name, floatsOf(value)]
}

function floatsOf(numbers: Json): Float32Array {
  if (!Array.isArray(numbers) || !numbers.every(isNumber))
    throw new MalformedReply('a vector holds no numbers')
  return filledVector(numbers.length, (bytes, at) => {
    for (let index = 0; index < numbers.length; index++) bytes.writeFloatLE(numbers[index]!, at + 4 * index)
  })
}

function isNumber(value: Json): value is number {
  return typeof value === 'number'
}
