import { exactJson } from '../../core/exactJson.ts'
import type { Json, JsonObject, StoredObject } from '../../core/object.ts'
import { type CollectionSchema, isReference, type PropertySchema } from '../../core/schema.ts'
import type { Link } from '../../store/store.ts'

/** An object split into the two steps of a restore: the object, then its references. */
export interface SplitObject {
  /** The object as it was read. */
  readonly source: StoredObject
  /** The object without its references. */
  readonly object: StoredObject
  readonly links: readonly Link[]
  /** What the store returns once both are written. */
  readonly expected: StoredObject
}

/** Splits an object; returns the object itself if there is nothing to split. */
export type SplitReferences = (object: StoredObject) => SplitObject

interface SplitOptions {
  /** The original class of the objects. */
  readonly from: CollectionSchema
  /** The new name of the class: references of the class to itself follow it. */
  readonly name: string
  /** Reference properties that the target does not get. */
  readonly leftOut: ReadonlySet<string>
}

const BEACON =
  /^weaviate:\/\/[^/]*\/(?:([A-Za-z][_0-9A-Za-z]*)\/)?([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$/i

/** Splits references from their objects, since references are written after all objects of a class. */
export function splitReferences({ from, name, leftOut }: SplitOptions): SplitReferences {
  const references = (from.properties ?? []).filter(isReference)
  if (references.length === 0) return (object) => ({ source: object, object, links: NONE, expected: object })
  const beaconsOf = references.map((property) => beaconReader(property, from.class, name))
  return (object) => {
    const properties = { ...object.properties }
    const links: Link[] = []
    references.forEach((property, at) => {
      const value = properties[property.name]
      delete properties[property.name]
      const beacons = leftOut.has(property.name) ? [] : beaconsOf[at]!(value)
      if (beacons.length > 0) links.push({ id: object.id, property: property.name, beacons })
    })
    const withoutReferences = { ...object, properties }
    return {
      source: object,
      object: withoutReferences,
      links,
      expected: links.length === 0 ? withoutReferences : linked(withoutReferences, links),
    }
  }
}

const NONE: readonly Link[] = []

/** The object with these references, as a store returns it. */
function linked(object: StoredObject, links: readonly Link[]): StoredObject {
  const references: JsonObject = {}
  for (const { property, beacons } of links) references[property] = beacons.map((beacon) => ({ beacon }))
  return { ...object, properties: { ...object.properties, ...references } }
}

function beaconReader(property: PropertySchema, nameBefore: string, nameNow: string) {
  const isDistinct = property.disableDuplicatedReferences === true
  return (value: Json | undefined): string[] => {
    const list = Array.isArray(value) ? value : []
    const beacons = list.map((one) => beaconOf(one, property.dataType[0]!, nameBefore, nameNow))
    return isDistinct ? [...new Set(beacons)] : beacons
  }
}

/** An unreadable beacon is passed on unchanged: the store refuses it by name. */
function beaconOf(value: Json, standard: string, nameBefore: string, nameNow: string): string {
  const beacon = (value as JsonObject | null)?.beacon
  const parts = typeof beacon === 'string' ? BEACON.exec(beacon) : null
  if (parts === null) return typeof beacon === 'string' ? beacon : exactJson(value)
  // Servers before 1.14 omitted the class from a beacon.
  const target = parts[1] ?? standard
  return `weaviate://localhost/${target === nameBefore ? nameNow : target}/${parts[2]!.toLowerCase()}`
}
