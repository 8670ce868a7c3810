import type { Transform } from '../transform.ts'
import { eachObject, removeProperty } from './each.ts'
import { withNames } from './followers.ts'
import { assignment, propertyOf, requireName, requireNone, withProperties } from './property.ts'

/** Gives a property another name, in each object, the class, and what its modules read. `text`: `old=new`. */
export function mapProperty(text: string): Transform {
  const name = `map ${text}`
  const [from, to] = assignment(name, text, 'title=headline')
  requireName(name, to)
  return {
    name,
    bind(before) {
      propertyOf(name, before, from)
      requireNone(name, before, to)
      const properties = (before.properties ?? []).map((one) =>
        one.name === from ? { ...one, name: to } : one,
      )
      const after = (one: string) => (one === from ? to : one)
      return eachObject(name, {
        schema: withNames(withProperties(before, properties), after),
        touches: [from],
        change: ({ properties }) => {
          const value = properties[from]
          if (value === undefined) return 'kept'
          removeProperty(properties, from)
          properties[to] = value
          return 'kept'
        },
      })
    },
  }
}
