import type { Transform } from '../transform.ts'
import { eachObject, removeProperty } from './each.ts'
import { requireNoExpiry, withNames } from './followers.ts'
import { inside, placeIn } from './inside.ts'
import { propertyOf, withProperties } from './property.ts'

/** Takes a property away, of each object and of the class; `meta.author` is one in the objects of another. */
export function dropProperty(property: string): Transform {
  const name = `drop ${property}`
  const { holder, name: own } = placeIn(property)
  return inside(name, holder, dropOwn(name, own))
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
        schema: withNames(withProperties(before, rest), after),
        touches: [property],
        change: ({ properties }) => {
          removeProperty(properties, property)
          return 'kept'
        },
      })
    },
  }
}
