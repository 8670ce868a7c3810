import type { Transform } from '../transform.ts'
import { eachObject } from './each.ts'
import { propertyOf, withProperties } from './property.ts'

/** Takes a property away, of each object and of the class. */
export function dropProperty(property: string): Transform {
  const name = `drop ${property}`
  return {
    name,
    bind(before) {
      propertyOf(name, before, property)
      const properties = (before.properties ?? []).filter((one) => one.name !== property)
      return eachObject(name, {
        schema: withProperties(before, properties),
        touches: [property],
        change: ({ properties }) => {
          delete properties[property]
          return 'kept'
        },
      })
    },
  }
}
