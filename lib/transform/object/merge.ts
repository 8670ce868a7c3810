import type { Json, JsonObject, ObjectDraft, StoredObject, Vector } from '../../core/object.ts'
import { type CollectionSchema, type PropertySchema, propertiesIn } from '../../core/schema.ts'
import { isRecord } from '../../core/value/record.ts'
import { readsProperty, type Vectorizer, vectorizersOf } from '../schema/vectorizers.ts'

type MergeSide = 'archive' | 'target'

interface MergeOptions {
  /** The side whose value counts if both have one. */
  readonly prefer: MergeSide
  /**
   * The side whose vectors count; `drop` removes a vector if its vectorizer would read other values now, so that the
   * server computes it again. By default the preferred side.
   */
  readonly vectors?: MergeSide | 'drop'
  /** The class of both objects. */
  readonly schema: CollectionSchema
}

/** Merges two objects with the same id, property by property. Does not modify them. */
export type Merge = (archive: StoredObject, target: StoredObject) => StoredObject

/**
 * Makes a merge for one class. A property missing on one side comes from the other; null means missing, while an
 * empty list or text is a value. Nested objects are merged property by property, any other value as a whole. All
 * references of a property form one value, and so does each vector.
 */
export function mergeFor({ prefer, vectors = prefer, schema }: MergeOptions): Merge {
  const properties = propertiesIn(schema)
  const makers = vectorizersOf(schema)
  return (archive, target) => {
    const [first, second] = prefer === 'archive' ? [archive, target] : [target, archive]
    const merged = mergeProperties(first.properties, second.properties, properties)
    const object: ObjectDraft = { ...withoutVectors(target), properties: merged }
    // The store sets the update time.
    delete object.updatedMs
    const chosen = vectorsOf(archive, target, vectors === 'drop' ? prefer : vectors)
    if (vectors === 'drop') {
      for (const maker of makers) {
        if (isMixed(merged, chosen.get(maker.vector), maker, properties)) chosen.delete(maker.vector)
      }
    }
    return withVectors(object, chosen)
  }
}

function mergeProperties(
  first: JsonObject,
  second: JsonObject,
  properties: readonly PropertySchema[],
): JsonObject {
  const merged: JsonObject = { ...second }
  const propertiesByName = new Map(properties.map((property) => [property.name, property]))
  for (const [name, value] of Object.entries(first)) {
    if (isAbsent(value)) continue
    const other = second[name]
    const nested = nestedIn(propertiesByName.get(name))
    const both = nested !== undefined && isRecord(value) && isRecord(other)
    merged[name] = both ? mergeProperties(value, other, nested) : value
  }
  return merged
}

/** The properties of a nested object; undefined for a list, which counts as one value. */
function nestedIn(property: PropertySchema | undefined): readonly PropertySchema[] | undefined {
  if (property?.dataType[0] !== 'object') return undefined
  return Array.isArray(property.nestedProperties) ? property.nestedProperties : []
}

function isAbsent(value: Json | undefined): boolean {
  return value === null || value === undefined
}

interface ChosenVector {
  readonly vector: Vector
  /** The object that the vector was made for. */
  readonly of: StoredObject
}

function vectorsOf(
  archive: StoredObject,
  target: StoredObject,
  prefer: MergeSide,
): Map<string, ChosenVector> {
  const order = prefer === 'archive' ? [target, archive] : [archive, target]
  const chosen = new Map<string, ChosenVector>()
  for (const of of order) {
    if (of.vector !== undefined) chosen.set('', { vector: of.vector, of })
    for (const [name, vector] of Object.entries(of.vectors ?? {})) chosen.set(name, { vector, of })
  }
  return chosen
}

/** True if a vectorizer's input is not what the vector was made from. */
function isMixed(
  merged: JsonObject,
  chosen: ChosenVector | undefined,
  maker: Vectorizer,
  properties: readonly PropertySchema[],
): boolean {
  if (chosen === undefined) return false
  return properties
    .filter((property) => readsProperty(maker, property))
    .some(
      ({ name }) =>
        JSON.stringify(merged[name] ?? null) !== JSON.stringify(chosen.of.properties[name] ?? null),
    )
}

function withoutVectors({ vector: _, vectors: __, ...rest }: StoredObject): StoredObject {
  return rest
}

function withVectors(object: ObjectDraft, chosen: ReadonlyMap<string, ChosenVector>): StoredObject {
  const named = [...chosen].filter(([name]) => name !== '')
  const unnamed = chosen.get('')?.vector as Float32Array | undefined
  if (unnamed !== undefined) object.vector = unnamed
  if (named.length > 0) object.vectors = Object.fromEntries(named.map(([name, { vector }]) => [name, vector]))
  return object
}

/**
 * The vectorizers of a class that may read values from both sides of a merge: the user has to say whose vectors
 * count.
 */
export function mixingVectorizers(schema: CollectionSchema): readonly Vectorizer[] {
  return vectorizersOf(schema).filter((maker) =>
    (schema.properties ?? []).some((property) => readsProperty(maker, property)),
  )
}
