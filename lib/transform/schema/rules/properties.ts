import type { JsonObject } from '../../../core/object.ts'
import type { PropertySchema } from '../../../core/schema.ts'
import { isRecord } from '../../../core/value/record.ts'

/** A property of a class, and its path: `['properties', 'title']`. */
export interface PlacedProperty {
  readonly property: PropertySchema
  readonly path: readonly string[]
}

/** The properties of a class. */
export function propertiesOf({ properties }: JsonObject): readonly PlacedProperty[] {
  return placedProperties(properties, ['properties'])
}

/** The properties of a class, including nested ones at every depth. */
export function allPropertiesOf(schema: JsonObject): readonly PlacedProperty[] {
  return propertiesOf(schema).flatMap(withNested)
}

function withNested(one: PlacedProperty): PlacedProperty[] {
  const nested = placedProperties(one.property.nestedProperties, [...one.path, 'nestedProperties'])
  return [one, ...nested.flatMap(withNested)]
}

function placedProperties(properties: unknown, path: readonly string[]): PlacedProperty[] {
  if (!Array.isArray(properties)) return []
  return properties.filter(isRecord).map((one) => {
    const property = one as unknown as PropertySchema
    return { property, path: [...path, property.name] }
  })
}
