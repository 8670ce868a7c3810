import { filledVector } from '../../floats.ts'
import type { Json, JsonObject, StoredObject, Vector } from '../../object.ts'
import type { What } from '../store.ts'
import type { Layout } from './layout.ts'

/** An object as `GET /v1/objects` shows it. */
export interface RestObject {
  readonly id: string
  readonly properties?: JsonObject | null
  readonly vector?: readonly number[] | null
  readonly vectors?: Readonly<Record<string, readonly number[] | readonly number[][]>> | null
  readonly creationTimeUnix?: number
  readonly lastUpdateTimeUnix?: number
}

/** The parts of an object that were asked for; of its references the beacons, not the paths beside them. */
export function objectOf(
  shown: RestObject,
  layout: Layout,
  what: What,
  tenant: string | undefined,
): StoredObject {
  const vector = what.vectors ? (shown.vector ?? []) : []
  const vectors = Object.entries((what.vectors && shown.vectors) || {})
  return {
    id: shown.id,
    properties: propertiesOf(shown.properties ?? {}, layout, what),
    ...(vector.length === 0 ? {} : { vector: floatsOf(vector) }),
    ...(vectors.length === 0 ? {} : { vectors: Object.fromEntries(vectors.map(named)) }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(what.times && { createdMs: shown.creationTimeUnix!, updatedMs: shown.lastUpdateTimeUnix! }),
  }
}

function propertiesOf(shown: JsonObject, layout: Layout, what: What): JsonObject {
  const wanted = what.properties === 'all' ? undefined : new Set(what.properties)
  const properties: JsonObject = {}
  for (const [name, value] of Object.entries(shown)) {
    if (value === null) continue
    if (layout.references.has(name)) {
      if (what.references) properties[name] = beaconsOf(value)
    } else if (wanted === undefined || wanted.has(name)) properties[name] = value
  }
  return layout.numbers.ofDoubles(properties)
}

function beaconsOf(value: Json): Json {
  return Array.isArray(value) ? value.map((one) => ({ beacon: (one as JsonObject).beacon ?? '' })) : value
}

function named([name, value]: [string, readonly number[] | readonly number[][]]): [string, Vector] {
  if (Array.isArray(value[0])) return [name, (value as number[][]).map(floatsOf)]
  return [name, floatsOf(value as number[])]
}

function floatsOf(numbers: readonly number[]): Float32Array {
  return filledVector(numbers.length, (bytes, at) => {
    for (let index = 0; index < numbers.length; index++) bytes.writeFloatLE(numbers[index]!, at + 4 * index)
  })
}
