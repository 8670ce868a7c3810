import type { Transform } from '../transform.ts'
import { eachObject, removeProperty } from './eachObject.ts'
import { insideProperty, propertyPath } from './insideProperty.ts'
import { propertyOf, withProperties } from './property.ts'
import { renameInSettings, requireNoExpiry } from './propertyNames.ts'

/** Removes a property from each object and from the class; `meta.author` is a nested property. */
export function dropProperty(property: string): Transform {
  const name = `drop ${property}`
  const { holder, name: own } = propertyPath(property)
  return insideProperty(name, holder, dropOwn(name, own))
}

function dropOwn(name: string, property: string): Transform {
  return {
    name,
    bind(before) {
      propertyOf(name, before, property)
      requireNoExpiry(name, before, property)
      const rest = (before.properties ?? []).filter((one) => one.name !== property)
      const after = (one: string) => (one === property ? undefined : one)
      return eachObject(name, {
        schema: renameInSettings(withProperties(before, rest), after),
        touches: [property],
        change: ({ properties }) => {
          removeProperty(properties, property)
          return 'kept'
        },
      })
    },
  }
}
